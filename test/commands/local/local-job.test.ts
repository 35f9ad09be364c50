import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedJob, channelNotes } from '../../../lib/commands/local/local-job';
import type { DeclaredTrainingJob } from '../../../lib/assembly/project-template';

const DECLARED: DeclaredTrainingJob = {
  stackName: 'unet-training',
  namePrefix: 'unet-0123456789',
  request: {
    HyperParameters: { epochs: '20', optimizer: '"adam"', sagemaker_program: '"train.py"' },
    InputDataConfig: [
      { ChannelName: 'training', DataSource: undefined },
      { ChannelName: 'lexicon', DataSource: undefined },
    ],
  } as unknown as DeclaredTrainingJob['request'],
  minimumMetrics: {},
  budget: undefined,
  datasetVersions: {},
  sourceArchive: '/archive.tar.gz',
  channelDirectories: new Map([['training', '/uploaded']]),
};

function changed(channels: Record<string, string>, hyperparameters: Record<string, string> = {}) {
  return changedJob(DECLARED, { channels, hyperparameters });
}

test('a run takes what the command line changes, and the rest as declared', () => {
  const { job, channels } = changed({ lexicon: tmpdir() }, { epochs: '3', nesterov: 'true', name: '1.0.0' });
  expect(channels).toEqual({ training: '/uploaded', lexicon: tmpdir() });
  expect(job.request.HyperParameters).toEqual({
    epochs: '3',
    optimizer: '"adam"',
    nesterov: 'true',
    name: '"1.0.0"',
    sagemaker_program: '"train.py"',
  });
});

test("an algorithm's hyperparameters stay the texts that they are", () => {
  const request = { HyperParameters: { num_round: '40', objective: 'reg:squarederror' } };
  const algorithm = { ...DECLARED, request: request as unknown as DeclaredTrainingJob['request'] };
  const { job } = changedJob(algorithm, { channels: {}, hyperparameters: { num_round: '3' } });
  expect(job.request.HyperParameters).toEqual({ num_round: '3', objective: 'reg:squarederror' });
});

test('the code of an isolated job is its archive; a file system is named where a copy of it is wanted', () => {
  const isolated = (channel: object): DeclaredTrainingJob => ({
    ...DECLARED,
    request: {
      ...DECLARED.request,
      EnableNetworkIsolation: true,
      InputDataConfig: [{ ChannelName: 'code', DataSource: undefined }, channel],
    } as DeclaredTrainingJob['request'],
  });
  const nothing = { channels: {}, hyperparameters: {} };
  expect(changedJob(isolated({ ChannelName: 'training' }), nothing).channels).toEqual({
    code: '/archive.tar.gz',
    training: '/uploaded',
  });
  const mounted = {
    ChannelName: 'shared',
    DataSource: { FileSystemDataSource: { FileSystemId: 'fs-0123456789abcdef0' } },
  };
  expect(() => changedJob(isolated(mounted), nothing)).toThrow(
    /^channel shared: its data lies in fs-0123456789abcdef0; give a local copy/,
  );
});

test.each([
  ['a channel without data here', {}, {}, /^channel lexicon: its data lies in S3; give a local copy/],
  [
    'a directory that is not there',
    { lexicon: '/nowhere' },
    {},
    /^--channel lexicon: '\/nowhere' does not exist$/,
  ],
  [
    'a home directory that no shell expanded',
    { lexicon: '~/lexicon' },
    {},
    /'~\/lexicon' does not exist; no shell expands this ~, so write \$HOME$/,
  ],
  [
    'a hyperparameter that a shell would read',
    { lexicon: tmpdir() },
    { name: '$(id)' },
    /^--hyperparameter: hyperparameters: name /,
  ],
  [
    'another spelling of a declared hyperparameter',
    { lexicon: tmpdir() },
    { Epochs: '3' },
    /'epochs' and 'Epochs' are the same name to the script/,
  ],
])('fails for %s', (_title, channels, hyperparameters, message) => {
  expect(() => changed(channels, hyperparameters)).toThrow(message);
});

test('links that lead out of a channel are followed here, and told, since no deployment takes them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'channel-'));
  mkdirSync(join(folder, 'own'));
  symlinkSync('own', join(folder, 'within'));
  expect(channelNotes({ training: folder, lexicon: '/etc/hostname' })).toEqual([]);
  symlinkSync('/etc/hostname', join(folder, 'out'));
  symlinkSync('/etc', join(folder, 'out-too'));
  expect(channelNotes({ training: folder })).toEqual([
    "note: --channel training: 'out' is a link to '/etc/hostname', outside of the directory (and 1 more), which Channel.fromDirectory refuses",
  ]);
  rmSync(folder, { recursive: true });
});
