import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import type { DeclaredEndpoint } from '../../assembly/project-template';
import type { TemplateResource } from '../../aws/template';
import { type Code, code, joined, list, paragraph, type Section, strong, type Text, text } from './document';
import { resourceName, type StackPair } from './stack-pair';

/** What a person loses with a resource, by its type. */
const LOST_DATA: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'all objects in it are lost',
  'Custom::CDKBucketDeployment': 'the dataset that it uploaded is deleted',
  'AWS::SageMaker::NotebookInstance': 'the files on its volume are lost',
  'AWS::DynamoDB::Table': 'its items are lost',
  'AWS::EFS::FileSystem': 'its files are lost',
  'AWS::KMS::Key': 'what it encrypts can no longer be read',
};

const ENDPOINT = 'AWS::SageMaker::Endpoint';

/** What each training, or each change of hosting, replaces: nobody loses anything by it. */
const ROUTINE = new Set([
  'AWS::SageMaker::Model',
  'AWS::SageMaker::EndpointConfig',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::SageMaker::NotebookInstanceLifecycleConfig',
]);

/** What a run leaves behind in the template, and nothing else: not worth a word. */
const TRACES = new Set(['AWS::CloudFormation::WaitCondition', 'AWS::CloudFormation::WaitConditionHandle']);

/** A resource that does not stay as it is. */
interface Fate {
  readonly text: Text;
  readonly weight: 'data' | 'service' | 'other' | 'routine';
  /** What the verdict says of it. */
  readonly answer?: string;
}

/** What is replaced or destroyed? Data loss first, and what is as usual last and in one line. */
export function replacementSection(
  pairs: readonly StackPair[],
  retrained: readonly DeclaredEndpoint[],
): Section {
  const fates = fatesOf(pairs.filter(({ after }) => after));
  const gone = pairs.filter(({ before, after }) => before && !after);
  const routine = fates.filter(({ weight }) => weight === 'routine').map((fate) => fate.text);
  return {
    title: 'What is replaced or destroyed?',
    answers: [...new Set(fates.flatMap(({ answer = [] }) => answer))],
    gravity: 4,
    blocks: [
      ...(routine.length < fates.length || gone.length > 0
        ? list(serious(fates))
        : [paragraph(text`${strong('Nothing')} that holds data or answers requests.`)]),
      ...gone.flatMap((pair) => [
        paragraph(
          text`The stack ${code(pair.name)} is no longer declared. ${strong('A deploy does not delete it')}: it goes on as it is, until ${code(`aws cloudformation delete-stack --stack-name ${pair.name}`)}. With it go:`,
        ),
        ...list(serious(fatesOf([pair]))),
      ]),
      ...(routine.length === 0 ? [] : [paragraph(text`As usual: ${joined(routine, ', ')}.`)]),
      ...retrained.map(({ endpointName }) =>
        paragraph(
          text`As usual after a training: the model and the configuration of the endpoint ${code(endpointName)} are replaced, and it goes on answering meanwhile.`,
        ),
      ),
    ],
  };
}

/** What becomes of the resources of some stacks, the gravest first. */
function fatesOf(pairs: readonly StackPair[]): Fate[] {
  const order: readonly Fate['weight'][] = ['data', 'service', 'other', 'routine'];
  return pairs
    .flatMap((pair) => {
      const { resources } = fullDiff(pair.before?.template ?? {}, pair.after?.template ?? {});
      return Object.entries(resources.changes)
        .filter(([, { oldValue }]) => oldValue && !TRACES.has(oldValue.Type))
        .map(
          ([id, change]) =>
            renamedEndpoint(pair, id, change) ?? resourceFate(code(resourceName(pair, id)), change),
        );
    })
    .filter((fate) => fate !== undefined)
    .toSorted((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight));
}

function serious(fates: readonly Fate[]): Text[] {
  return fates.filter(({ weight }) => weight !== 'routine').map((fate) => fate.text);
}

/** An endpoint in whose place the same stack has another one: it goes when that one answers. */
function renamedEndpoint(
  { after }: StackPair,
  id: string,
  { oldValue, newValue }: ResourceDifference,
): Fate | undefined {
  const successor =
    oldValue?.Type === ENDPOINT &&
    !newValue &&
    Object.entries(after?.template.Resources ?? {}).find(
      ([other, { Type }]) => Type === ENDPOINT && other !== id,
    );
  if (!successor) {
    return undefined;
  }
  const [former, next] = [oldValue, successor[1]].map(({ Properties }) =>
    code(String(Properties?.['EndpointName'])),
  );
  return {
    text: text`${strong('Another name')}: the endpoint ${former!} goes, and ${next!} takes its place, since SageMaker changes no kind of hosting into another. The new one answers before the former one goes, so for some minutes there are both and both cost; what calls the former name must call the new one`,
    weight: 'service',
    answer: 'another endpoint name',
  };
}

function resourceFate(name: Code, change: ResourceDifference): Fate | undefined {
  const before = change.oldValue as TemplateResource;
  const after = change.newValue as TemplateResource | undefined;
  const is = change.changeImpact === ResourceImpact.MAY_REPLACE ? 'may be' : 'is';
  switch (change.changeImpact) {
    case ResourceImpact.WILL_DESTROY:
      return loss(before, text`${name} is deleted`);
    case ResourceImpact.WILL_ORPHAN:
      return { text: text`${name} stays in the account, and no stack manages it any more`, weight: 'other' };
    case ResourceImpact.WILL_REPLACE:
    case ResourceImpact.MAY_REPLACE:
      return replacement(before, after, text`${name} ${is} replaced${changed(change)}`);
    default:
      return lostData(before) && stays(before.DeletionPolicy) && !stays(after?.DeletionPolicy)
        ? {
            text: text`${strong('Less safe')}: from now on ${name} is deleted with its stack, and ${lostData(before)!}; before, it stayed`,
            weight: 'data',
            answer: 'data less safe',
          }
        : undefined;
  }
}

function replacement(before: TemplateResource, after: TemplateResource | undefined, words: Text) {
  return stays(before.UpdateReplacePolicy) && stays(after?.UpdateReplacePolicy)
    ? { text: text`${words}; the former one stays in the account`, weight: 'other' as const }
    : loss(before, words);
}

function loss(before: TemplateResource, words: Text): Fate {
  const data = lostData(before);
  if (data) {
    return { text: text`${strong('Data loss')}: ${words}, and ${data}`, weight: 'data', answer: 'data loss' };
  }
  return before.Type === ENDPOINT
    ? {
        text: text`${strong('Outage')}: ${words}, and it answers no more`,
        weight: 'service',
        answer: 'an outage',
      }
    : { text: words, weight: ROUTINE.has(before.Type) ? 'routine' : 'other' };
}

/** What is lost with a resource; an upload may leave its files behind, whatever becomes of the resource. */
function lostData({ Type, Properties }: TemplateResource): string | undefined {
  return Properties?.RetainOnDelete === true ? undefined : LOST_DATA[Type];
}

function stays(policy: string | undefined): boolean {
  return policy === 'Retain' || policy === 'RetainExceptOnCreate' || policy === 'Snapshot';
}

/** The properties because of which CloudFormation replaces a resource. */
function changed(change: ResourceDifference): Text {
  const names = Object.entries(change.propertyUpdates)
    .filter(([, { changeImpact }]) => changeImpact === change.changeImpact)
    .map(([property]) => [code(property)]);
  return names.length === 0 ? [] : text` (${joined(names, ', ')})`;
}
