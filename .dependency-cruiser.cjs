// The house's floors, from the ground. An arrow goes down, or stays on its floor; folders and files make no circle.
const FLOORS = [
  ['lib/names.ts'],
  ['lib/images/', 'lib/aws/'],
  ['lib/cost/'],
  ['lib/training/', 'lib/workspace/'],
  ['lib/endpoint/'],
  ['lib/project/'],
  // python: the Python of the commands, and processes that end with all that they started.
  ['lib/assembly/', 'lib/console/', 'lib/python/'],
  ['lib/commands/'],
  ['bin/'],
  ['test/'],
];

/** Which command builds on which others. The bench measures the two that predict. */
const BUILDS_ON = {
  local: ['invoke'],
  rehearsal: ['local', 'invoke'],
  bench: ['local', 'invoke'],
  deploy: ['review', 'watch'],
};

const startingWith = (places) => `^(${places.join('|').replaceAll('.', '\\.')})`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...FLOORS.slice(0, -1).map((floor, height) => ({
      name: 'climbs',
      severity: 'error',
      from: { path: startingWith(floor) },
      to: { path: startingWith(FLOORS.slice(height + 1).flat()) },
    })),
    {
      name: 'on-no-floor',
      severity: 'error',
      from: {},
      to: { path: '^(lib|bin)/', pathNot: startingWith(FLOORS.flat()) },
    },
    {
      // What is deployed stands by itself: bin/app.ts is its top, and needs nothing of the commands' wing.
      name: 'deployed-needs-a-command',
      severity: 'error',
      from: { path: '^bin/app\\.ts$' },
      to: { path: startingWith(['lib/assembly/', 'lib/console/', 'lib/python/', 'lib/commands/']) },
    },
    { name: 'names-import-something', severity: 'error', from: { path: '^lib/names\\.ts$' }, to: {} },
    {
      name: 'another-command',
      severity: 'error',
      from: {
        path: '^lib/commands/([^/]+)/',
        pathNot: startingWith([...Object.keys(BUILDS_ON).map((command) => `lib/commands/${command}/`)]),
      },
      to: { path: '^lib/commands/', pathNot: '^lib/commands/$1/' },
    },
    ...Object.entries(BUILDS_ON).map(([command, others]) => ({
      name: 'another-command',
      severity: 'error',
      from: { path: startingWith([`lib/commands/${command}/`]) },
      to: {
        path: '^lib/commands/',
        pathNot: startingWith([command, ...others].map((name) => `lib/commands/${name}/`)),
      },
    })),
    { name: 'circle-of-files', severity: 'error', from: {}, to: { circular: true } },
    { name: 'circle-of-folders', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
