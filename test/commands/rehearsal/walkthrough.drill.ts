import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectOf, remains, ROOT, startIn } from './started';

/**
 * A script as it was written for TensorFlow 2.3: no argument, Keras 2 with `save_format`, its photographs by s3fs (which the image
 * has, and no requirements.txt names) out of a bucket of its author's, the model under a version of ten digits.
 */
const SCRIPT = `
import os
import time

import numpy as np
import s3fs
import tensorflow as tf
from PIL import Image
from sklearn.model_selection import train_test_split
from tensorflow.keras.layers import BatchNormalization, Conv2D, Conv2DTranspose, Input, concatenate

fs = s3fs.S3FileSystem()


def read(folder, mode):
    images = [Image.open(fs.open(name)).convert(mode) for name in sorted(fs.ls(folder))]
    return np.stack([np.asarray(image.resize((128, 128), Image.NEAREST)) for image in images])


x = read("s3://author-photographs/animals/original/", "RGB") / 256.0
y = np.minimum(read("s3://author-photographs/animals/masks/", "L"), 2)[..., np.newaxis]
x_train, x_valid, y_train, y_valid = train_test_split(x, y, test_size=0.2, random_state=123)
inputs = Input((128, 128, 3))
down = Conv2D(8, 3, activation="relu", padding="same", strides=2, kernel_initializer="HeNormal")(inputs)
down = BatchNormalization()(down, training=False)
up = Conv2DTranspose(8, 3, activation="relu", padding="same", strides=2)(down)
model = tf.keras.Model(inputs=inputs, outputs=Conv2D(3, 1)(concatenate([up, inputs], axis=3)))
model.compile(
    optimizer=tf.keras.optimizers.Adam(),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=8, epochs=2, validation_data=(x_valid, y_valid))
model.save(f'{os.environ["SM_MODEL_DIR"]}/{time.strftime("%m%d%H%M%S", time.gmtime())}', save_format="tf")
`;

const APP = `import { App } from 'aws-cdk-lib';
import { Hosting } from '${ROOT}/lib/endpoint/hosting';
import { Framework } from '${ROOT}/lib/images/framework';
import { SageMakerProject } from '${ROOT}/lib/project/sagemaker-project';
import { Channel } from '${ROOT}/lib/training/channel';

new SageMakerProject(new App(), 'walkthrough', {
  training: {
    framework: Framework.tensorflow('2.3.1'),
    sourceDir: 'code',
    entryPoint: 'unet_from_scratch.py',
    instanceType: 'ml.m5.xlarge',
    channels: { photographs: Channel.fromS3('s3://author-photographs/animals/') },
  },
  hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
});
`;

test('a script of TensorFlow 2.3 that reads its own bucket trains, is served and answers', async () => {
  const root = projectOf({
    'app.ts': APP,
    'code/unet_from_scratch.py': SCRIPT,
  });
  const photographs = `s3://author-photographs/animals=${join(ROOT, 'training/data/sample')}`;
  const pixels = Array.from({ length: 128 }, (_, row) =>
    Array.from({ length: 128 }, (_column, column) => [row / 128, column / 128, 0.5]),
  );
  // X.tolist(), of two photographs.
  writeFileSync(join(root, 'x.json'), JSON.stringify({ instances: [pixels, pixels] }));
  const started = startIn(root, 'walkthrough', '--s3', photographs, '--predict', join(root, 'x.json'));
  const { code, stdout, said } = await started.ended;
  expect(said).toContain('1 of 1 predicted');
  const { predictions } = JSON.parse(
    readFileSync(join(started.out, 'predictions/x.prediction.json'), 'utf8'),
  ) as {
    predictions: number[][][][];
  };
  expect([predictions.length, predictions[1]![127]![127]!.length]).toEqual([2, 3]);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 left');
  expect(code).toBe(0);
  expect(await remains(started)).toEqual([]);
}, 600_000);
