import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectOf, remains, ROOT, startIn } from './started';

/**
 * A script as it was written for TensorFlow 2.3: no argument, Keras 2 with `save_format`, its photographs by s3fs out of a bucket
 * of its author's, the model below a literal path and under a version of ten digits.
 */
const SCRIPT = `
import os

import numpy as np
import s3fs
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

BUCKET = "author-photographs/animals"
fs = s3fs.S3FileSystem()


def read(folder, channels):
    images = []
    for name in sorted(fs.ls(f"{BUCKET}/{folder}"))[:16]:
        with fs.open(name, "rb") as f:
            image = tf.io.decode_image(f.read(), channels=channels, expand_animations=False)
        images.append(tf.image.resize(image, (128, 128), method="nearest").numpy())
    return np.stack(images)


x = read("original", 3) / 255.0
y = np.minimum(read("masks", 1), 2)
inputs = keras.Input((128, 128, 3))
down = layers.Conv2D(8, 3, activation="relu", padding="same", strides=2)(inputs)
up = layers.Conv2DTranspose(8, 3, activation="relu", padding="same", strides=2)(down)
model = keras.Model(inputs, layers.Conv2D(3, 1)(layers.concatenate([up, inputs])))
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=8, verbose=2)
print("photographs", len(x), "checkpoints", os.path.exists("/opt/ml/checkpoints"))
model.save("/opt/ml/model/0724133000", save_format="tf")
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
    'code/requirements.txt': 's3fs\n',
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
