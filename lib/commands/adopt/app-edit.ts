import ts from 'typescript';
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
export function editApp(text: string, proposal: Proposal, projectName: string | undefined): string {
  const source = ts.createSourceFile('app.ts', text, ts.ScriptTarget.Latest, true);
  const props = projectProps(source, projectName);
  const declared = properties(props);
  const training = declared.get('training')?.initializer;
  if (training !== undefined && !ts.isObjectLiteralExpression(training)) {
    throw new UserError(
      'bin/app.ts: training is not an object that is written out; write it as training: { … }',
    );
  }
  const values = trainingValues(training ? properties(training) : new Map(), proposal);
  const edits = [
    ...(training ? edited(training, values) : []),
    ...edited(props, {
      ...(training ? {} : { training: `{ ${written(values).join(', ')} }` }),
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

/** What the training says then. */
function trainingValues(declared: ReadonlyMap<string, ts.PropertyAssignment>, proposal: Proposal): Values {
  const { training, metrics } = proposal;
  const said = (prop: string) => declared.get(prop)?.initializer;
  const gate = said('minimumMetrics');
  // The gate of another script says nothing of this one, though its metrics be called the same.
  const holds =
    gate &&
    ts.isObjectLiteralExpression(gate) &&
    [...properties(gate).keys()].every((name) => metrics.includes(name)) &&
    ['sourceDir', 'entryPoint'].every((prop) => {
      const value = said(prop);
      return value && ts.isStringLiteralLike(value) && JSON.stringify(value.text) === training[prop];
    });
  return {
    ...(declared.has('instanceType') ? {} : { instanceType: DEFAULT_INSTANCE }),
    ...training,
    ...(holds ? {} : { minimumMetrics: undefined }),
  };
}

/** The props of the one project, or of the one of that name. */
function projectProps(source: ts.SourceFile, projectName: string | undefined): ts.ObjectLiteralExpression {
  const found: { name: string | undefined; props: ts.Expression | undefined }[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'SageMakerProject') {
      const [, name, props] = node.arguments ?? [];
      found.push({ name: name && ts.isStringLiteralLike(name) ? name.text : undefined, props });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const chosen = projectName === undefined ? found : found.filter(({ name }) => name === projectName);
  if (chosen.length !== 1) {
    const names = found.map(({ name }) => name ?? '?').join(', ');
    throw new UserError(
      found.length === 0
        ? 'bin/app.ts makes no SageMakerProject'
        : `bin/app.ts makes ${projectName === undefined ? 'several projects' : `no project '${projectName}'`}: choose one with --project (${names})`,
    );
  }
  const { props } = chosen[0]!;
  if (!props || !ts.isObjectLiteralExpression(props)) {
    throw new UserError(
      'bin/app.ts: the project has no props that are written out; write them as { training: { … } }',
    );
  }
  return props;
}

function properties(node: ts.ObjectLiteralExpression): Map<string, ts.PropertyAssignment> {
  return new Map(
    node.properties
      .filter((each) => ts.isPropertyAssignment(each))
      .map((each) => [
        ts.isIdentifier(each.name) || ts.isStringLiteral(each.name) ? each.name.text : '',
        each,
      ]),
  );
}

function written(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
}

/** An object's edits for other values of some props. What stands before a prop that stays, such as its comment, stays with it. */
function edited(node: ts.ObjectLiteralExpression, values: Values): Edit[] {
  const present = properties(node);
  const { end: last, hasTrailingComma, length } = node.properties;
  const edits = [...present]
    .filter(([name]) => name in values)
    .map(([name, prop]): Edit => {
      const next = node.properties[node.properties.indexOf(prop) + 1];
      const value = values[name];
      return value === undefined
        ? [prop.getFullStart(), next?.getFullStart() ?? last, '']
        : [prop.initializer.getStart(), prop.initializer.getEnd(), value];
    });
  const added = Object.fromEntries(Object.entries(values).filter(([name]) => !present.has(name)));
  const isOpen =
    length === 0 || hasTrailingComma || edits.some(([, end, text]) => text === '' && end === last);
  const end = node.getEnd() - 1;
  return [...edits, [end, end, `${isOpen ? '' : ','}${written(added).join(',')}`]];
}

/** The file with imports of what it names and does not import yet. */
function withImports(source: ts.SourceFile, text: string): string {
  const imports = source.statements.filter((statement) => ts.isImportDeclaration(statement));
  const declared = imports.map((each) => each.importClause?.getText() ?? '').join(' ');
  const wanted = Object.entries(IMPORTS).filter(
    ([name]) => text.includes(`${name}.`) && !new RegExp(`\\b${name}\\b`).test(declared),
  );
  const at = imports.at(-1)?.getEnd() ?? 0;
  const lines = wanted.map(([name, from]) => `\nimport { ${name} } from '${from}';`).join('');
  return `${text.slice(0, at)}${lines}${text.slice(at)}`;
}
