import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  ASYNC_PAYLOAD_LIMIT,
  DEFAULT_TENSORFLOW,
  ENDPOINT_LOG_GROUPS,
  MAX_PROJECT_NAME_LENGTH,
  NOTEBOOK_LOG_GROUP,
  projectOfTrainingJob,
  REALTIME_PAYLOAD_LIMIT,
  SERVERLESS_PAYLOAD_LIMIT,
  STACK_SUFFIXES,
  stackName,
  stackNameParts,
  TRAINING_LOG_GROUP,
  trainingJobNameOf,
  trainingJobNamePrefix,
} from '../lib/names';

const ROOT = join(__dirname, '..');
const EMULATOR = join(ROOT, 'lib', 'commands', 'rehearsal', 'aws');

/** Reads constants of Python modules without running them. */
const CONSTANTS = `
import ast, json, sys
found = {}
for path in sys.argv[1:]:
    for node in ast.parse(open(path).read()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                continue
            found[node.targets[0].id] = sorted(value) if isinstance(value, set) else value
print(json.dumps(found, default=str))
`;

function pythonConstants(...modules: string[]): Record<string, unknown> {
  const paths = modules.map((module) => join(EMULATOR, module));
  const printed = execFileSync(join(ROOT, '.venv', 'bin', 'python'), ['-c', CONSTANTS, ...paths]);
  return JSON.parse(printed.toString()) as Record<string, unknown>;
}

test('the in-memory AWS has the same names and limits in words of its own', () => {
  expect(
    pythonConstants('inventory.py', join('sagemaker', 'training_job.py'), join('sagemaker', 'endpoints.py')),
  ).toMatchObject({
    LOG_GROUP: TRAINING_LOG_GROUP,
    LOG_GROUPS: ENDPOINT_LOG_GROUPS,
    SHARED_LOG_GROUPS: [NOTEBOOK_LOG_GROUP, TRAINING_LOG_GROUP],
    _REALTIME_PAYLOAD_LIMIT: REALTIME_PAYLOAD_LIMIT,
    _SERVERLESS_PAYLOAD_LIMIT: SERVERLESS_PAYLOAD_LIMIT,
    _ASYNC_PAYLOAD_LIMIT: ASYNC_PAYLOAD_LIMIT,
  });
});

test('.venv has the TensorFlow that a project uses by default', () => {
  const requirements = readFileSync(join(ROOT, 'lib', 'python', 'requirements.in'), 'utf8');
  const versions = [...requirements.matchAll(/^tensorflow(?:-cpu)?==(\S+?)\.\d+;/gm)].map(
    ([, version]) => version,
  );
  expect(new Set(versions)).toEqual(new Set([DEFAULT_TENSORFLOW]));
});

test('names.ts imports nothing', () => {
  expect(readFileSync(join(ROOT, 'lib', 'names.ts'), 'utf8')).not.toMatch(/\bimport\b.*['"]|require\(/);
});

/** What SageMakerProject takes as a name. */
const projectName = fc
  .stringMatching(/^[a-zA-Z](-?[a-zA-Z0-9]){0,21}$/)
  .filter((name) => name.length <= MAX_PROJECT_NAME_LENGTH);

test("a stack's name tells its project, whatever that is called", () => {
  fc.assert(
    fc.property(
      projectName,
      fc.constantFrom(...STACK_SUFFIXES),
      fc.constantFrom('', '-training', '-endpoint'),
      (name, suffix, ending) => {
        const project = `${name}${ending}`;
        expect(stackNameParts(stackName(project, suffix))).toEqual({ projectName: project, suffix });
      },
    ),
  );
});

test.each(['unet', 'unet-notebook', 'training', '-training', 'unet-trainings'])(
  '%s is the name of no stack of a project',
  (name) => {
    expect(stackNameParts(name)).toBeUndefined();
  },
);

const hash = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

test("a training job's name has at most 63 characters and tells its project", () => {
  fc.assert(
    fc.property(projectName, hash(10), hash(8), (project, request, attempt) => {
      const name = trainingJobNameOf(trainingJobNamePrefix(project, request), attempt);
      expect(name.length).toBeLessThanOrEqual(63);
      expect(projectOfTrainingJob(name)).toBe(project);
    }),
  );
});

test.each(['unet-0123456789', 'unet-0123456789-0123456', 'unet-012345678X-01234567', '-0123456789-01234567'])(
  '%s is the name of no training job of a project',
  (name) => {
    expect(projectOfTrainingJob(name)).toBeUndefined();
  },
);
