import type { MetricDefinition } from '../../training/metric-definitions';
import { MetricReader } from '../../training/metric-reader';
import type { PrintedPiece, ScriptFacts } from './script-facts';

/** A number as Python prints it. */
const NUMBER = String.raw`([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)`;

/** What makes a value a measure of the model. */
const MEASURE =
  /loss|acc|auc|rmse|mse|mae|\br2\b|r2_|f1|precision|recall|score|error|\berr\b|perplexity|\bppl\b|iou|dice|bleu|rouge|\bmap\b/i;

/** What is counted or set, and no measure. */
const NO_MEASURE =
  /epoch|step|iter|batch|time|sec|elapsed|\beta\b|\blr\b|learning.?rate|size|shape|path|file|count|len\(/i;

/** A number with decimals, as `.4f`. */
const DECIMALS = /[eEfFgG]$/;

/** Sample lines have at most as many lines as a job has definitions. */
const MAX_DEFINITIONS = 40;

/** Metric definitions for what a script prints; each is held against a sample of all its output before it is proposed. */
export function printedMetrics(facts: ScriptFacts): MetricDefinition[] {
  const samples = facts.prints.map(({ pieces }) => sample(pieces));
  const own = facts.prints.flatMap(({ pieces }) => ofPrint(pieces, samples));
  const found = [...own, ...ofKeras(facts), ...ofTrainers(facts), ...ofBoosts(facts)];
  const names = new Set<string>();
  return found
    .filter(({ name, regex }) => regex.length <= 500 && !names.has(name) && names.add(name))
    .slice(0, MAX_DEFINITIONS);
}

interface Value {
  /** The text before it, on its line. */
  readonly before: readonly PrintedPiece[];
  readonly after: string;
  readonly piece: PrintedPiece;
}

/** The values that one call prints, each with what stands before it on its line. */
function values(pieces: readonly PrintedPiece[]): Value[] {
  const result: Value[] = [];
  let before: PrintedPiece[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.text === undefined) {
      result.push({ piece, before: [...before], after: pieces[index + 1]?.text ?? '' });
      before.push(piece);
    } else {
      const lines = piece.text.split(/[\n\r]/);
      before = lines.length > 1 ? [{ text: lines.at(-1)! }] : [...before, piece];
    }
  }
  return result;
}

function ofPrint(pieces: readonly PrintedPiece[], samples: readonly string[]): MetricDefinition[] {
  return values(pieces).flatMap((value) => {
    const label = labelOf(value);
    const { spec = '', value: expression = '' } = value.piece;
    const words = `${label} ${expression}`;
    const measured = MEASURE.test(words) && !NO_MEASURE.test(label || expression);
    if (!/[A-Za-z]/.test(label) || !measured || isFraction(value)) {
      return [];
    }
    // Without a format it may be anything: then the label alone must say that it measures.
    if (!DECIMALS.test(spec) && !spec.endsWith('%') && !MEASURE.test(label)) {
      return [];
    }
    const name = metricName(label, value.before.map(({ text }) => text ?? '').join(' '));
    const regex = candidates(value, label).find((candidate) => reads(candidate, value, samples));
    return regex === undefined ? [] : [{ name, regex }];
  });
}

/** `41/60`: neither is a measure. */
function isFraction({ before, after }: Value): boolean {
  return /^\s*\/\s*$/.test(after) || /^\s*\/\s*$/.test(before.at(-1)?.text ?? '');
}

/** The words before a value, up to the next separator; with only punctuation between, those of the value before it. */
function labelOf({ before }: Value): string {
  for (const piece of before.toReversed()) {
    const part = piece.text?.split(/[,;|\t([{]|\s-\s|\s{2,}/).findLast((words) => /[A-Za-z]/.test(words));
    if (part !== undefined) {
      return part.slice(part.search(/[A-Za-z]/));
    }
  }
  return '';
}

/** The words for the set of data that a measure is of. */
const SETS: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  valid: 'validation',
  val: 'validation',
  validation: 'validation',
  eval: 'validation',
  dev: 'validation',
  test: 'test',
};

/**
 * A name in the form of `validation:accuracy`.
 * @param line what stands before it: its set may have been named there
 */
export function metricName(label: string, line = label): string {
  const set = wordsOf(line).findLast((word) => word in SETS);
  const left = wordsOf(label).filter(
    (word) => !(word in SETS) && !['set', 'epoch', 'the', 'of', 'on'].includes(word),
  );
  return `${set === undefined ? '' : `${SETS[set]!}:`}${left.join('-') || 'value'}`;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9@]+/g) ?? [];
}

/** Regular expressions for a value, the shortest first. */
function candidates({ before }: Value, label: string): string[] {
  const position = before.findLastIndex(({ text }) => text?.includes(label));
  const from = before[position]!.text!;
  const start = from.lastIndexOf(label);
  const tail = [{ text: from.slice(start) }, ...before.slice(position + 1)];
  const words = pattern(tail).replace(/^\\s\+|^\\s\*/, '');
  return [`${/^\w/.test(words) ? String.raw`\b` : ''}${words}${NUMBER}`, `${pattern(before)}${NUMBER}`];
}

/** What matches a text with values in it. White space may be padding. */
function pattern(pieces: readonly PrintedPiece[]): string {
  return pieces
    .map(({ text }) => (text === undefined ? '.+?' : escaped(text)))
    .join('')
    .replace(/(\\s\+)?$/, (_, blanks) => (blanks ? String.raw`\s*` : ''));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`);
}

/** A line as it would be printed: the values are numbers that tell them apart. */
function sample(pieces: readonly PrintedPiece[]): string {
  let next = 0;
  return pieces
    .map(({ text, spec = '' }) => {
      if (text !== undefined) {
        return text;
      }
      next += 1;
      return DECIMALS.test(spec) || spec.endsWith('%') ? `${next}.25` : `${next}`;
    })
    .join('');
}

/** Whether an expression reads this value of a sample, and nothing else of it. */
function reads(regex: string, { piece, before }: Value, samples: readonly string[]): boolean {
  const reader = new MetricReader([{ Name: 'value', Regex: regex }]);
  const own = sample([...before, piece])
    .split(/[\n\r]/)
    .at(-1)!;
  const text = before.filter((part) => part.text === undefined).length + 1;
  const shown = DECIMALS.test(piece.spec ?? '') || piece.spec?.endsWith('%') ? text + 0.25 : text;
  const there = reader.read(own);
  const elsewhere = samples.flatMap((line) => line.split(/[\n\r]/).flatMap((each) => reader.read(each)));
  return there.length === 1 && there[0]!.value === shown && elsewhere.length <= 1;
}

/** `- loss: 0.31 - val_loss: 0.44`, with each `verbose`. */
function ofKeras({ fits }: ScriptFacts): MetricDefinition[] {
  return fits
    .filter(({ verbose }) => verbose?.value !== 0)
    .flatMap(({ metrics, validates }) =>
      ['loss', ...metrics].flatMap((metric) => [
        { name: `train:${metric}`, regex: ` - ${escaped(metric)}: ${NUMBER}` },
        ...(validates
          ? [{ name: `validation:${metric}`, regex: ` - val_${escaped(metric)}: ${NUMBER}` }]
          : []),
      ]),
    );
}

/** `{'loss': 0.31, 'epoch': 1.0}`; newer trainers put the numbers into quotes. */
function ofTrainers({ trainers }: ScriptFacts): MetricDefinition[] {
  return trainers.flatMap(({ evaluates }) => [
    { name: 'train:loss', regex: `'loss': '?${NUMBER}` },
    ...(evaluates ? [{ name: 'validation:loss', regex: `'eval_loss': '?${NUMBER}` }] : []),
  ]);
}

/** What XGBoost measures where nothing is said, by the beginning of its objective. */
const OBJECTIVES: readonly [string, string][] = [
  ['binary:logi', 'logloss'],
  ['multi:', 'mlogloss'],
  ['reg:logistic', 'rmse'],
  ['reg:', 'rmse'],
];

/** `[3]	train-rmse:0.31	validation-rmse:0.44`. */
function ofBoosts({ boosts, arguments: all }: ScriptFacts): MetricDefinition[] {
  const said = (value: (typeof boosts)[number]['metric']): unknown =>
    value?.value ??
    all.find(({ flags }) => flags.some((flag) => attributeOf(flag) === value?.attribute))?.default?.value;
  return boosts.flatMap(({ names, metric, objective }) => {
    const goal = String(said(objective) ?? 'reg:');
    const measured = said(metric) ?? OBJECTIVES.find(([start]) => goal.startsWith(start))?.[1];
    return typeof measured === 'string'
      ? names.map((name) => ({
          name: metricName(`${name} ${measured}`),
          regex: String.raw`\b${escaped(name)}-${escaped(measured)}:${NUMBER}`,
        }))
      : [];
  });
}

/** The attribute of argparse's namespace that a flag becomes. */
export function attributeOf(flag: string): string {
  return flag.replace(/^-+/, '').replaceAll('-', '_');
}
