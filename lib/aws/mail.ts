// Mails through a topic of SNS, for functions in AWS. Imports no construct.

import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

/** A mail as SNS sends it: the subject has at most 100 ASCII characters. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** Sends a mail. One that cannot be sent, such as when the workspace's topic is gone, stops nothing of what it tells. */
export async function sendMail(sns: SNSClient, topicArn: string, { subject, text }: Mail): Promise<void> {
  try {
    await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
  } catch (error) {
    console.error('the mail could not be sent', error);
  }
}
