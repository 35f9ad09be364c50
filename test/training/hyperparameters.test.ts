import { Lazy, Token } from 'aws-cdk-lib';
import { encodeHyperparameters, hyperparameterProblems } from '../../lib/training/hyperparameters';

const PIECES = 'in pieces, because of its white space; use a file in sourceDir';
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]));

test.each<[string, Record<string, unknown>, string]>([
  [
    'white space',
    { note: 'a b' },
    `hyperparameters: note would reach the script as 'a b', ${PIECES}, or for nargs make a shell script the entryPoint, with the line: python train.py "$@" --note a b`,
  ],
  ['a line break', { note: 'a\nb' }, `hyperparameters: note would reach the script as 'a\nb', ${PIECES}`],
  [
    'shell syntax',
    { note: '$(id)' },
    "hyperparameters: note would reach the script as '$(id)', in which the container's shell takes $ for its own; use a file in sourceDir",
  ],
  [
    'a pattern of file names',
    { files: '*.jpg' },
    "hyperparameters: files would reach the script as '*.jpg', in which the container's shell takes * for its own; use a file in sourceDir",
  ],
  [
    'a home directory',
    { path: '~/x' },
    "hyperparameters: path would reach the script as '~/x', in which the container's shell takes ~ for its own; use a file in sourceDir",
  ],
  [
    'null',
    { a: null },
    "hyperparameters: a is null, which reaches the script as a flag alone or with an empty argument, as the image's toolkit has it; leave it out, or for a flag (store_true) write a: '-a': the flag twice, which is the flag under every toolkit",
  ],
  [
    'an empty string',
    { 'do-train': '' },
    "hyperparameters: do-train is an empty string, which reaches the script as a flag alone or with an empty argument, as the image's toolkit has it; leave it out, or for a flag (store_true) write 'do-train': '--do-train': the flag twice, which is the flag under every toolkit",
  ],
  [
    'an empty object',
    { a: {} },
    'hyperparameters: a is an empty object: its flag would reach the script without a value; leave it out',
  ],
  [
    'a list',
    { layers: [64, 32] },
    'hyperparameters: layers is a list, which reaches the script in pieces; give it as one string, such as \'64,32\', and split it there, or for nargs make a shell script the entryPoint, with the line: python train.py "$@" --layers 64 32',
  ],
  [
    'an object with a list',
    { a: { b: [1] } },
    'hyperparameters: a is an object whose b is no text, number, true or false; the script would get it in pieces, so flatten it',
  ],
  [
    'a number that JSON lacks',
    { lr: NaN },
    "hyperparameters: lr is NaN, which is not JSON; give it as a string, such as 'NaN'",
  ],
  [
    'a function',
    { a: () => 1 },
    'hyperparameters: a is a function; a string, a number, a boolean or an object of these is allowed',
  ],
  [
    'a control character',
    { a: 'x\u0000' },
    'hyperparameters: a contains the character U+0000, which a command line does not carry; use a file in sourceDir',
  ],
  [
    'half a character',
    { a: 'x\ud800' },
    'hyperparameters: a contains the character U+D800, which a command line does not carry; use a file in sourceDir',
  ],
  [
    'a long value',
    { a: 'x'.repeat(2499) },
    'hyperparameters: a has 2501 characters as JSON, at most 2500; put it into a file in sourceDir',
  ],
  [
    'too many',
    many(96, 1),
    'hyperparameters: 96 of them, at most 95 (SageMaker takes 100, of which sagemaker_program, sagemaker_submit_directory, ' +
      'sagemaker_container_log_level, sagemaker_job_name, sagemaker_region are added)',
  ],
  [
    'too much',
    many(60, 'x'.repeat(2000)),
    'hyperparameters: 120771 characters in all, at most 100000 (they must fit into one environment variable): put the long ones into a file in sourceDir',
  ],
  [
    'a reserved name',
    { sagemaker_program: 'x' },
    "hyperparameters: the name 'sagemaker_program' is reserved: the toolkit in the image keeps it and the script never gets it; use another name",
  ],
  [
    'a reserved name without the prefix',
    { _tuning_objective_metric: 'x' },
    "hyperparameters: the name '_tuning_objective_metric' is reserved: the toolkit in the image keeps it and the script never gets it; use another name",
  ],
  ['an empty name', { '': 1 }, 'hyperparameters: a name is empty; the script could not be given it'],
  [
    'a long name',
    { ['n'.repeat(257)]: 1 },
    `hyperparameters: the name '${'n'.repeat(20)}…' has 257 characters, at most 256`,
  ],
  [
    'a name with white space',
    { 'batch size': 1 },
    "hyperparameters: the name 'batch size' would reach the script as 'batch size', in pieces, because of its white space; use letters, digits, - and _",
  ],
  [
    'a name that is a flag already',
    { '--epochs': 1 },
    "hyperparameters: the name '--epochs' must not begin with '-' nor contain '=': it becomes the flag ----epochs and the variable SM_HP_--EPOCHS",
  ],
  [
    'two names that are one',
    { 'batch-size': 1, batch_size: 2 },
    "hyperparameters: 'batch-size' and 'batch_size' are the same name to the script (letter case, - and _ do not tell them apart); keep one",
  ],
  [
    'a model_dir that is no string',
    { model_dir: 5 },
    "hyperparameters: model_dir is 5; the TensorFlow toolkit takes only a string, such as '/opt/ml/model'",
  ],
  [
    'a number known at deployment only',
    { a: Lazy.number({ produce: () => 1 }) },
    'hyperparameters: a is only known at deployment, and only a string can be: use Token.asString()',
  ],
])('fails for %s', (_, hyperparameters, problem) => {
  expect(hyperparameterProblems(hyperparameters)).toEqual([problem]);
});

test('lists the problems of all hyperparameters at once', () => {
  expect(hyperparameterProblems({ a: null, b: [], 'c d': 1 })).toHaveLength(3);
});

test('takes what SageMaker and the script can', () => {
  expect(
    hyperparameterProblems({
      epochs: 20,
      'learning-rate': 1e-5,
      optimizer: 'adam',
      augment: true,
      weights: { object: 2.5, outline: 1 },
      bucket: 's3://bucket/a,b/c=d',
      name: 'é中😀',
      absent: undefined,
      x: -5,
      token: Token.asString({ Ref: 'Bucket' }),
      ...many(86, 1),
    }),
  ).toEqual([]);
});

test('encodes as JSON, which the toolkit reads back as the same values', () => {
  expect(
    encodeHyperparameters({
      a: 20,
      b: 1e-5,
      c: 'adam',
      d: true,
      e: 'é"',
      f: { y: 1, x: [1.5, 'z'] },
      g: undefined,
      h: 1e21,
    }),
  ).toEqual({
    a: '20',
    b: '0.00001',
    c: '"adam"',
    d: 'true',
    e: '"é\\""',
    f: '{"y":1,"x":[1.5,"z"]}',
    h: '1e+21',
  });
});
