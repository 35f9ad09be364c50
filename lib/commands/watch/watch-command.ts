// `npm run watch`: follows a training job in AWS. training-watch.ts looks, again and again, and survives what passes;
// watch-state.ts is what is known of the job; a view shows it, in place on a terminal or line by line elsewhere.

import type { DescribeTrainingJobResponse, SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { ProjectTemplate } from '../../assembly/project-template';
import { bucketOfResults, keptLogPlace, logLink } from '../../training/job/console-link';
import { projectOfTrainingJob, stackName } from '../../names';
import type { MinimumMetrics } from '../../training/job/minimum-metrics';
import { trainingOutcome } from '../../training/job/outcome';
import { explained } from './call-failure';
import { jobToWatch, newestJobs } from './project-jobs';
import { AWS_SERVICES, NoSuchJob, TrainingWatch, type WatchServices } from './training-watch';
import { CommandLine, PROJECT_OPTION } from '../../console/command-line';
import type { Command } from '../../console/main';
import { UsageError, UserError } from '../../console/user-error';

/** What a watch has to know of the project in bin/app.ts. */
export type WatchedProject = Pick<ProjectTemplate, 'name' | 'trainingJob'>;

/** The line of `npm run watch`. */
export const watchLine = new CommandLine({
  name: 'npm run watch',
  words: {
    usage: '[JOB]',
    description: "the training job's name (default: this project's newest, one in progress first)",
  },
  summary: `Follows a training job: status, metrics, log, time and cost. Ctrl-C leaves it, and the job goes on.
Ends with 0 when the job has completed and passed its gate (minimumMetrics), with 1 when it has not.`,
  options: PROJECT_OPTION,
  examples: ['npm run watch', 'npm run watch -- unet-bcb369e63c-0f1e2d3c'],
  read: ({ project }, [jobName, ...rest], problems) => {
    if (rest.length > 0) {
      problems.push(`one JOB is followed at a time: '${rest[0]}' is one too many`);
    }
    if (jobName !== undefined && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(jobName)) {
      problems.push(
        `'${jobName}' cannot name a training job: a name has 1 to 63 letters, digits and inner dashes`,
      );
    }
    return { jobName, projectName: project };
  },
});

/** Most job names that an error lists. */
const LISTED_JOBS = 5;

const INTERRUPTED = 130;

const FOLLOWING = {
  deed: 'follow training jobs',
  permissions: 'sagemaker:DescribeTrainingJob and sagemaker:ListTrainingJobs',
};

/**
 * `npm run watch`.
 * @param declaredProject reads the project in bin/app.ts, which takes seconds: called only where its name or gate matters
 */
export function watchCommand(
  declaredProject: (projectName: string | undefined, signal: AbortSignal) => Promise<WatchedProject>,
  services: WatchServices = AWS_SERVICES,
): Command {
  return watchLine.command(async (options, { terminal, signal }) => {
    let reading: Promise<WatchedProject> | undefined;
    const project = () =>
      (reading ??= declaredProject(options.projectName, signal).catch((error: unknown) => {
        // One of several: the name of one of our jobs says whose it is.
        const named = projectOfTrainingJob(options.jobName ?? '');
        if (named === undefined || !(error instanceof UsageError)) {
          throw error;
        }
        return declaredProject(named, signal);
      }));
    const { sagemaker } = services.connect();
    const region = await explained(() => sagemaker.config.region(), FOLLOWING);
    let jobName = options.jobName;
    if (jobName === undefined) {
      terminal.progress('synthesizing bin/app.ts, to know its jobs by name');
      jobName = await newestJob(sagemaker, region, await project(), signal);
    }

    const watch = new TrainingWatch({ jobName, region, terminal, services, signal });
    try {
      const state = await explained(() => watch.follow(), FOLLOWING);
      let gate: Gate = { minimumMetrics: {} };
      if (state.job.TrainingJobStatus === 'Completed' && projectOfTrainingJob(jobName) !== undefined) {
        if (reading === undefined) {
          terminal.info('synthesizing bin/app.ts, to know the gate');
        }
        gate = await gateOf(jobName, project);
        await watch.settle(state, gate.minimumMetrics);
      }
      watch.close();
      const { succeeded, reason } = trainingOutcome(state.job, gate.minimumMetrics);
      terminal.result(
        succeeded
          ? `${reason}${gate.remark ?? ''}`
          : `${reason}; its log: ${logPlace(state.job, jobName, region)}`,
      );
      return succeeded ? 0 : 1;
    } catch (error) {
      if (signal.aborted) {
        watch.close();
        terminal.info(
          `left, the job goes on; rejoin with: npm run watch -- ${jobName}${waysToEnd(jobName, region)}`,
        );
        return INTERRUPTED;
      }
      if (error instanceof NoSuchJob) {
        terminal.progress('synthesizing bin/app.ts, to name its jobs');
        throw new UserError(`${error.message}${await newestNames(sagemaker, project, signal)}`);
      }
      throw error;
    } finally {
      watch.close();
    }
  });
}

/** Where a person reads the log of a job that did not succeed: a project's stack rolls back, which deletes the streams, and keeps a copy before. */
function logPlace(job: DescribeTrainingJobResponse, jobName: string, region: string): string {
  const bucket = bucketOfResults(job);
  return projectOfTrainingJob(jobName) === undefined || bucket === undefined
    ? logLink(jobName, region)
    : keptLogPlace(jobName, bucket, region);
}

/** How a person ends a job of a project: CloudFormation deletes no stack that it updates. */
function waysToEnd(jobName: string, region: string): string {
  const project = projectOfTrainingJob(jobName);
  if (project === undefined) {
    return '';
  }
  const stack = stackName(project, 'training');
  return (
    `\nto end a retraining, and keep the model that serves: aws cloudformation cancel-update-stack --stack-name ${stack} --region ${region}` +
    `\nto end a first training: npx cdk destroy ${stack}`
  );
}

/** What a job has to reach. */
interface Gate {
  readonly minimumMetrics: MinimumMetrics;
  /** Why it is not known. */
  readonly remark?: string;
}

/** The gate is the template's, not the job's: only of the job that is declared now is it known. */
async function gateOf(jobName: string, project: () => Promise<WatchedProject>): Promise<Gate> {
  const unknown = (why: string) => ({
    minimumMetrics: {},
    remark: `; whether it passed its gate is not known: ${why}`,
  });
  try {
    const { trainingJob } = await project();
    return trainingJob && jobName.startsWith(`${trainingJob.namePrefix}-`)
      ? { minimumMetrics: trainingJob.minimumMetrics }
      : unknown('bin/app.ts declares another job now');
  } catch (error) {
    if (error instanceof UserError) {
      return unknown(error.message);
    }
    throw error;
  }
}

async function newestJob(
  client: SageMakerClient,
  region: string,
  { name, trainingJob }: WatchedProject,
  signal: AbortSignal,
): Promise<string> {
  const job = jobToWatch(await explained(() => newestJobs(client, name, signal), FOLLOWING));
  if (job) {
    return job.TrainingJobName!;
  }
  throw new UserError(
    trainingJob
      ? `there is no training job of ${name} in ${region}: start one with "npx cdk deploy ${trainingJob.stackName}"`
      : `there is no training job of ${name} in ${region}, and bin/app.ts declares none: give SageMakerProject training`,
  );
}

/** The names of the project's newest jobs, after the name that was mistyped. Nothing where bin/app.ts cannot be read, or they cannot be listed. */
async function newestNames(
  client: SageMakerClient,
  project: () => Promise<WatchedProject>,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { name } = await project();
    const jobs = await explained(() => newestJobs(client, name, signal), FOLLOWING);
    const names = jobs.slice(0, LISTED_JOBS).map((job) => job.TrainingJobName);
    return names.length > 0 ? `; the newest of ${name}: ${names.join(', ')}` : `, and none of ${name}`;
  } catch (error) {
    if (error instanceof UserError) {
      return '';
    }
    throw error;
  }
}
