import type { IConstruct } from 'constructs';
import { Channel } from './channel';
import type { HyperparameterValue } from './hyperparameters';
import type { TrainingProps } from './training-props';

/**
 * Context key of what one synthesis changes of the declared training job. `npm start` sets it for its options, so
 * that the changed job has the identity, and the uploaded data, that the same change of bin/app.ts would give it.
 */
export const TRAINING_CHANGES = 'sagemaker-project:training-changes';

/** The context's value: what a command line may change of a training job. */
export interface TrainingChanges {
  /** The project whose job changes; each of the app's without it. */
  readonly projectName?: string | undefined;
  /** A directory of this machine by channel. */
  readonly channels: Readonly<Record<string, string>>;
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>;
}

/** What the app's context changes of a project's training job; undefined where it says nothing of it. */
export function trainingChanges(project: IConstruct): TrainingChanges | undefined {
  const changes = project.node.tryGetContext(TRAINING_CHANGES) as TrainingChanges | undefined;
  const { id } = project.node;
  return (changes?.projectName ?? id) === id ? changes : undefined;
}

/**
 * A training job with changes; a channel that it does not have is no change, but one of `trainingChangeProblems`.
 * Other data has no gate: the declared one says what a model of the declared data must reach.
 */
export function changedTraining(training: TrainingProps, changes: TrainingChanges): TrainingProps {
  const directories = Object.entries(changes.channels).map(([name, directory]) => [
    name,
    Channel.fromDirectory(directory, training.channels[name]?.options),
  ]);
  return {
    ...training,
    channels: { ...training.channels, ...Object.fromEntries(directories) },
    hyperparameters: { ...training.hyperparameters, ...changes.hyperparameters },
    minimumMetrics: directories.length > 0 ? undefined : training.minimumMetrics,
  };
}

/** What is wrong with changes of a declared training job, in the words of the command line that they came from. */
export function trainingChangeProblems(training: TrainingProps, changes: TrainingChanges): string[] {
  const declared = Object.keys(training.channels);
  return Object.keys(changes.channels)
    .filter((name) => !declared.includes(name))
    .map((name) => `--channel ${name}: the job has no such channel; there are ${declared.join(', ')}`);
}
