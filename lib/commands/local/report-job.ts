import { declaredHyperparameters } from '../../training/hyperparameters';
import { html, type Html, type HtmlValue, table } from './html';
import type { GateOutcome } from './gate';

type Fields = Readonly<Record<string, unknown>>;

/** So many characters of one setting, and of the whole request, are shown. */
const MOST_OF_VALUE = 300;
const MOST_OF_REQUEST = 30_000;

/** The job's settings: what a person asks first as tables, the whole request folded below. */
export function jobSection(request: Fields, gate: readonly GateOutcome[]): Html {
  const algorithm = fields(request.AlgorithmSpecification);
  const resources = fields(request.ResourceConfig);
  const hyperparameters = declaredHyperparameters(request.HyperParameters as Record<string, string>);
  const settings: Fields = {
    TrainingJobName: request.TrainingJobName,
    TrainingImage: algorithm.TrainingImage,
    InstanceType: resources.InstanceType,
    InstanceCount: resources.InstanceCount,
    VolumeSizeInGB: resources.VolumeSizeInGB,
    ...fields(request.StoppingCondition),
    EnableManagedSpotTraining: request.EnableManagedSpotTraining,
    RoleArn: request.RoleArn,
    S3OutputPath: fields(request.OutputDataConfig).S3OutputPath,
    sagemaker_program: fields(request.HyperParameters).sagemaker_program,
  };
  return html`<div class="columns">
      ${block('Settings', pairs(Object.entries(settings)))}
      ${block('Hyperparameters', pairs(Object.entries(hyperparameters)))}
      ${block('Channels', pairs(list(request.InputDataConfig).map(channel)))}
      ${block('Metrics', pairs(list(algorithm.MetricDefinitions).map(({ Name, Regex }) => [text(Name), Regex])))}
      ${gate.length > 0 ? block('Gate', gateTable(gate)) : undefined}
    </div>
    <details>
      <summary>CreateTrainingJob request</summary>
      <pre class="scroll" tabindex="0">
${shortened(JSON.stringify(request, undefined, 2), MOST_OF_REQUEST)}</pre>
    </details>`;
}

/** A table of names and values; names without a value stay out. */
export function pairs(entries: readonly (readonly [string, unknown])[]): Html {
  const shown = entries.filter(([, value]) => value !== undefined);
  return shown.length === 0
    ? html`<p>none</p>`
    : table(
        [],
        shown.map(([name, value]) => [name, text(value)]),
      );
}

function gateTable(gate: readonly GateOutcome[]): Html {
  const rows = gate.map(({ name, minimum, value, passed }) => [
    name,
    minimum,
    value ?? 'not printed',
    html`<span class="${passed ? 'good' : 'bad'}">${passed ? '✓ passed' : '✗ fell short'}</span>`,
  ]);
  return table(['metric', 'minimum', 'value', 'outcome'], rows);
}

function channel(definition: Fields): readonly [string, unknown] {
  const source = fields(definition.DataSource);
  return [text(definition.ChannelName), fields(source.S3DataSource).S3Uri ?? source.FileSystemDataSource];
}

function block(title: string, content: HtmlValue): Html {
  return html`<section>
    <h3>${title}</h3>
    <div class="scroll">${content}</div>
  </section>`;
}

/** A value as a person reads it: strings as they are, the quotes of a JSON string gone, anything else as JSON. */
function text(value: unknown): string {
  if (typeof value !== 'string') {
    return shortened(JSON.stringify(value), MOST_OF_VALUE);
  }
  return shortened(/^"[^"\\]*"$/.test(value) ? value.slice(1, -1) : value, MOST_OF_VALUE);
}

function shortened(value: string, most: number): string {
  return value.length > most ? `${value.slice(0, most)}… (${value.length} characters)` : value;
}

function fields(value: unknown): Fields {
  return value !== null && typeof value === 'object' ? (value as Fields) : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
