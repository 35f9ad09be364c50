import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ContainerImage } from '../../lib/images/container-image';
import { ModelSource } from '../../lib/endpoint/model-source';
import { Framework } from '../../lib/images/framework';
import { Hosting } from '../../lib/endpoint/hosting';
import { SageMakerProject } from '../../lib/project/sagemaker-project';
import { Channel } from '../../lib/training/channel';
import { ProjectDirectory, testApp } from '../project-fixture';

const MARK = 'do-not-send-me';
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${MARK}\n`;

/** What opens a person's accounts, as it may lie in any directory of theirs. */
const SECRETS = {
  '.env': MARK,
  '.env.production': MARK,
  '.aws/credentials': MARK,
  'deep/.aws/config': MARK,
  '.ssh/known_hosts': MARK,
  '.netrc': MARK,
  id_ed25519: KEY,
  'deep/server.pem': KEY,
  'server.key': KEY,
};

let directory: ProjectDirectory;
beforeEach(() => {
  directory = new ProjectDirectory();
});
afterEach(() => directory.remove());

/** Writes the secrets into a directory of the project, beside files that travel. */
function withSecrets(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries({ ...files, ...SECRETS })) {
    mkdirSync(dirname(join(directory.path, folder, name)), { recursive: true });
    directory.write(join(folder, name), text);
  }
  return join(directory.path, folder);
}

/** The contents of all files of a cloud assembly, archives unpacked. */
function everything(assembly: string): string {
  return readdirSync(assembly, { recursive: true, encoding: 'utf8' })
    .map((name) => join(assembly, name))
    .filter((path) => statSync(path).isFile())
    .map((path) =>
      path.endsWith('.gz')
        ? execFileSync('tar', ['-xzOf', path], { encoding: 'latin1' })
        : readFileSync(path, 'latin1'),
    )
    .join('\n');
}

test('no asset of a project has what opens the accounts of a person, and a synthesis says what it left out', () => {
  const told = jest.spyOn(console, 'error').mockImplementation(() => {});
  const app = testApp();
  const code = withSecrets('code', { 'train.py': '# sent: code' });
  new SageMakerProject(app, 'trained', {
    training: directory.training({
      sourceDir: code,
      channels: { training: Channel.fromDirectory(withSecrets('data', { 'a.csv': 'sent: data' })) },
    }),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
  });
  new SageMakerProject(app, 'given', {
    model: ModelSource.fromDirectory(withSecrets('model', { '1/saved_model.pb': 'sent: model' })),
    hosting: Hosting.realtime({ instanceType: 'ml.m5.xlarge' }),
  });
  new SageMakerProject(app, 'own', {
    training: directory.training({
      framework: Framework.image({
        training: ContainerImage.fromAsset(
          withSecrets('image', { Dockerfile: 'FROM scratch\n# sent: image' }),
        ),
      }),
      sourceDir: code,
    }),
  });
  const sent = everything(app.synth().directory);
  expect(['code', 'data', 'model', 'image'].filter((what) => !sent.includes(`sent: ${what}`))).toEqual([]);
  expect(sent).not.toContain(MARK);
  expect(told.mock.calls.join()).toContain('server.key: left out, since it looks like a secret');
  told.mockRestore();
});
