import { Duration } from 'aws-cdk-lib';

/** The longest that a wait condition holds a stack (AWS::CloudFormation::WaitCondition, Timeout). */
export const MAX_WAIT = Duration.hours(12);

/** What is added to a job's own time for its start, the download of its data and the upload of its model. */
export const WAIT_MARGIN = Duration.minutes(30);

/** The longest that a job may take, spot capacity's wait included. */
export const LONGEST_JOB = MAX_WAIT.minus(WAIT_MARGIN);
