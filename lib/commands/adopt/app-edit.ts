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

/**
 * bin/app.ts with a proposal in it, not yet formatted: the props that the script decides are replaced, all others and all comments stay.
 * @param projectName which project, where the app declares several
 * @throws UserError where the project's props are not written out in the file
 */
export function editApp(text: string, proposal: Proposal, projectName: string | undefined): string {
  const source = ts.createSourceFile('app.ts', text, ts.ScriptTarget.Latest, true);
  const props = projectProps(source, projectName);
  const training = properties(props).get('training')?.initializer;
  if (training !== undefined && !ts.isObjectLiteralExpression(training)) {
    throw new UserError(
      'bin/app.ts: training is not an object that is written out; write it as training: { … }',
    );
  }
  const changes = new Map(Object.entries(proposal.training));
  if (!changes.get('framework')) {
    changes.delete('framework');
  }
  const gate = training && properties(training).get('minimumMetrics');
  const same = (prop: string) =>
    training && properties(training).get(prop)?.initializer.getText() === proposal.training[prop];
  // The gate of another script says nothing of this one, though its metrics be called the same.
  const ownGate = same('sourceDir') && same('entryPoint');
  if (gate && !(ownGate && gateHolds(gate.initializer, proposal.metrics))) {
    changes.set('minimumMetrics', undefined);
  }
  const has = (name: string) => properties(props).has(name);
  const ofTraining = training
    ? edited(training, changes, [['instanceType', DEFAULT_INSTANCE]])
    : `{ ${[...new Map([['instanceType', DEFAULT_INSTANCE], ...changes])]
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ')} }`;
  const next = edited(
    props,
    // A model that was trained elsewhere, and a training, exclude each other.
    new Map([
      ['training', ofTraining],
      ['model', undefined],
    ]),
    has('hosting') ? [] : [['hosting', DEFAULT_HOSTING]],
  );
  return withImports(source, splice(text, props, next));
}

function splice(text: string, node: ts.Node, replacement: string): string {
  return `${text.slice(0, node.getStart())}${replacement}${text.slice(node.getEnd())}`;
}

/** The props of the one project, or of the one of that name. */
function projectProps(source: ts.SourceFile, projectName: string | undefined): ts.ObjectLiteralExpression {
  const found: ts.NewExpression[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'SageMakerProject') {
      found.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const named = (node: ts.NewExpression) => {
    const name = node.arguments?.[1];
    return name && ts.isStringLiteralLike(name) ? name.text : undefined;
  };
  const chosen = projectName === undefined ? found : found.filter((node) => named(node) === projectName);
  if (chosen.length !== 1) {
    const names = found.map((node) => named(node) ?? '?').join(', ');
    throw new UserError(
      found.length === 0
        ? 'bin/app.ts makes no SageMakerProject'
        : `bin/app.ts makes ${projectName === undefined ? 'several projects' : `no project '${projectName}'`}: choose one with --project (${names})`,
    );
  }
  const props = chosen[0]!.arguments?.[2];
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

/**
 * An object with other values for some props. What stands before a prop, such as its comment, stays with it.
 * @param changes undefined takes a prop away
 * @param missing what it gets only where it lacks it
 */
function edited(
  node: ts.ObjectLiteralExpression,
  changes: ReadonlyMap<string, string | undefined>,
  missing: readonly (readonly [string, string])[],
): string {
  const present = properties(node);
  const before = new Map([...present].map(([name, each]) => [each as ts.ObjectLiteralElementLike, name]));
  const kept = node.properties.flatMap((each) => {
    const name = before.get(each);
    if (name === undefined || !changes.has(name)) {
      return [each.getFullText()];
    }
    const value = changes.get(name);
    const lead = each.getFullText().slice(0, each.getStart() - each.getFullStart());
    return value === undefined ? [] : [`${lead}${each.name!.getText()}: ${value}`];
  });
  const added = [...changes, ...missing]
    .filter(([name, value]) => value !== undefined && !present.has(name))
    .map(([name, value]) => `${name}: ${value}`);
  const last = node.properties.at(-1);
  // A comment after the last prop.
  const tail = last
    ? node
        .getText()
        .slice(last.getEnd() - node.getStart(), -1)
        .replace(/^\s*,/, '')
    : '\n';
  return `{${[...kept, tail].join(',')}${added.join(',')}}`;
}

/** Whether every metric of a gate is still one. */
function gateHolds(gate: ts.Expression, metrics: readonly string[]): boolean {
  return (
    ts.isObjectLiteralExpression(gate) && [...properties(gate).keys()].every((name) => metrics.includes(name))
  );
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
