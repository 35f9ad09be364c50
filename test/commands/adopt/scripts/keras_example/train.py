"""Shape of keras.io's vision examples: constants on top, data from the network, nothing of SageMaker."""

import keras
import matplotlib.pyplot as plt
from keras import layers

BATCH_SIZE = 128
EPOCHS = 2
num_classes = 10

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(num_classes)])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=BATCH_SIZE, epochs=EPOCHS, validation_split=0.1)
score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
print("Test accuracy:", score[1])
plt.plot(history.history["loss"])
plt.show()
model.save("mnist.keras")
