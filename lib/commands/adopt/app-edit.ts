import ts from 'typescript';
import { chooseProject } from '../../assembly/declared-projects';
import { UserError } from '../../console/user-error';
import type { Proposal } from './proposal';

/** Where bin/app.ts finds what a proposal names. */
const IMPORTS: Readonly<Record<string, string>> = {
  Framework: '../lib/images/framework',
  Channel: '../lib/training/channel',
  Hosting: '../lib/endpoint/hosting',
};

/** What a project gets that says nothing of these. */
const DEFAULT_INSTANCE = `'ml.m5.xlarge'`;
const DEFAULT_HOSTING = `Hosting.realtime({ instanceType: 'ml.m5.xlarge', initialInstanceCount: 1 })`;

/** What stands in the place of the text from one character to another. */
type Edit = readonly [start: number, end: number, text: string];

/** Values by props: undefined takes one away. */
type Values = Readonly<Record<string, string | undefined>>;

/**
 * bin/app.ts with a proposal in it, not yet formatted: the props that the script decides are replaced, all others and all comments stay.
 * @param projectName which project, where the app declares several
 * @throws UserError where the project's props are not written out in the file
 */
export function editApp(
  text: string,
  { training: decided }: Pick<Proposal, 'training'>,
  projectName: string | undefined,
): string {
  const source = ts.createSourceFile('app.ts', text, ts.ScriptTarget.Latest, true);
  const project = writtenOut(
    chooseProject(projectsIn(source), projectName).props,
    'the props of the project',
  );
  const declared = properties(project);
  const written = declared.get('training')?.initializer;
  const training = written && writtenOut(written, 'training');
  const said = properties(training);
  // The gate of another script says nothing of this one, though its metrics be called the same.
  const isSame = ['sourceDir', 'entryPoint'].every((prop) => {
    const value = said.get(prop)?.initializer;
    return value && ts.isStringLiteralLike(value) && JSON.stringify(value.text) === decided[prop];
  });
  const values = {
    ...(said.has('instanceType') ? {} : { instanceType: DEFAULT_INSTANCE }),
    ...decided,
    ...(isSame ? {} : { minimumMetrics: undefined }),
  };
  const edits = [
    ...(training ? edited(training, values) : []),
    ...edited(project, {
      ...(training ? {} : { training: `{ ${props(values).join(', ')} }` }),
      // A model that was trained elsewhere, and a training, exclude each other.
      model: undefined,
      ...(declared.has('hosting') ? {} : { hosting: DEFAULT_HOSTING }),
    }),
  ];
  const after = edits
    .toSorted(([one], [other]) => other - one)
    .reduce((before, [start, end, put]) => before.slice(0, start) + put + before.slice(end), text);
  return withImports(source, after);
}

/** The projects that a file makes, with their props. */
function projectsIn(node: ts.Node): { name: string; props: ts.Node | undefined }[] {
  const found: ReturnType<typeof projectsIn> = [];
  ts.forEachChild(node, (child) => void found.push(...projectsIn(child)));
  if (ts.isNewExpression(node) && node.expression.getText() === 'SageMakerProject') {
    const [, name, given] = node.arguments ?? [];
    found.push({ name: name && ts.isStringLiteralLike(name) ? name.text : '?', props: given });
  }
  return found;
}

function writtenOut(node: ts.Node | undefined, what: string): ts.ObjectLiteralExpression {
  if (!node || !ts.isObjectLiteralExpression(node)) {
    throw new UserError(`bin/app.ts: ${what} is no object that is written out; write it as { … }`);
  }
  return node;
}

function properties(node: ts.ObjectLiteralExpression | undefined): Map<string, ts.PropertyAssignment> {
  const assignments = node?.properties.filter((each) => ts.isPropertyAssignment(each)) ?? [];
  return new Map(assignments.map((each) => [each.name.getText().replaceAll(/['"]/g, ''), each]));
}

function props(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
}

/** An object's edits for other values of some props; new ones come first. What stands before a prop that stays, such as its comment, stays with it. */
function edited(node: ts.ObjectLiteralExpression, values: Values): Edit[] {
  const present = properties(node);
  const edits = [...present]
    .filter(([name]) => name in values)
    .map(([name, prop]): Edit => {
      const next = node.properties[node.properties.indexOf(prop) + 1];
      return values[name] === undefined
        ? [prop.getFullStart(), next?.getFullStart() ?? node.properties.end, '']
        : [prop.initializer.getStart(), prop.initializer.getEnd(), values[name]];
    });
  const added = Object.fromEntries(Object.entries(values).filter(([name]) => !present.has(name)));
  const start = node.getStart() + 1;
  return [
    [
      start,
      start,
      props(added)
        .map((prop) => `${prop},`)
        .join(''),
    ],
    ...edits,
  ];
}

/** The file with imports of what it names and does not import yet. */
function withImports(source: ts.SourceFile, text: string): string {
  const imports = source.statements.filter((statement) => ts.isImportDeclaration(statement));
  const declared = imports.map((each) => each.getText()).join(' ');
  const at = imports.at(-1)?.getEnd() ?? 0;
  const lines = Object.entries(IMPORTS)
    .filter(([name]) => text.includes(`${name}.`) && !new RegExp(`\\b${name}\\b`).test(declared))
    .map(([name, from]) => `\nimport { ${name} } from '${from}';`);
  return `${text.slice(0, at)}${lines.join('')}${text.slice(at)}`;
}
