import type { Terminal } from '../../console/terminal';
import { stackEvent, type StackEvent } from './cdk-output';

/** Shows how far a deploy is: a line that moves on a terminal, a line for each stack in a log. */
export class DeployProgress {
  /** All that the CLI said. */
  public readonly lines: string[] = [];
  /** The last thing that CloudFormation did. */
  public last: StackEvent | undefined;
  /** Whether something else is shown in the place of the progress. */
  public hidden = false;
  private shownStack: string | undefined;

  public constructor(private readonly terminal: Terminal) {}

  /** Takes a line of the CLI; gives what it says of a resource. */
  public take(line: string): StackEvent | undefined {
    this.lines.push(line);
    const event = stackEvent(line);
    if (!event) {
      return undefined;
    }
    this.last = event;
    const { stack, done, status, type, resource } = event;
    if (type === 'AWS::CloudFormation::Stack' && /(COMPLETE|FAILED)$/.test(status)) {
      this.terminal.info(`${stack}: ${status}`);
    } else if (stack !== this.shownStack && !this.terminal.interactive) {
      this.terminal.info(`${stack}: deploying`);
    } else if (this.terminal.interactive && !this.hidden) {
      this.terminal.progress(`${stack} ${done}  ${resource} ${status}`);
    }
    this.shownStack = stack;
    return event;
  }
}
