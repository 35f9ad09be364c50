/**
 * What the toolkit reports when an entry point fails: the text of /opt/ml/output/failure.
 * Source: `process.py` and `errors.py` of sagemaker-training 5.1.4.
 */

/** The toolkit starts to collect at a line with one of these; Python's own, then MPI's. */
const PYTHON_ERRORS =
  'BaseException Exception ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError ' +
  'ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError EOFError ' +
  'EnvironmentError FileExistsError FileNotFoundError FloatingPointError IOError ImportError IndentationError IndexError ' +
  'InterruptedError IsADirectoryError KeyError LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError ' +
  'NotImplementedError OSError OverflowError PermissionError ProcessLookupError RecursionError ReferenceError RuntimeError ' +
  'SyntaxError SystemError TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError ' +
  'UnicodeError UnicodeTranslateError ValueError ZeroDivisionError ResourceExhaustedError OutOfRangeError InvalidArgumentError';
const OTHER_ERRORS = ['Invalid requirement', 'mpirun.real', 'ORTE', 'ExecuteUserScriptError'];

/** In a TensorFlow image these give their name to the failure; the first of them that is in the text. */
const TENSORFLOW_ERRORS =
  'AbortedError AlreadyExistsError CancelledError DataLossError DeadlineExceededError FailedPreconditionError ' +
  'InaccessibleTensorError InternalError InvalidArgumentError NotFoundError OpError OperatorNotAllowedInGraphError ' +
  'OutOfRangeError PermissionDeniedError ResourceExhaustedError UnauthenticatedError UnavailableError UnimplementedError ' +
  'UnknownError XlaRuntimeError';

/** Of what a script printed so much is kept for the reason, in characters: far more than a reason shows. */
const MAX_KEPT = 64 * 1024;

/** Longest FailureReason. */
export const MAX_REASON_LENGTH = 1024;

const TENSORFLOW_NAMES = TENSORFLOW_ERRORS.split(' ');
const WATCHED = [...PYTHON_ERRORS.split(' '), ...OTHER_ERRORS, ...TENSORFLOW_NAMES];

/** Collects the lines of one stream of a script from the first error on: what TensorFlow's toolkit reads of it. */
export class ErrorWatch {
  /** TensorFlow's errors that the lines named, whether they were kept or not. */
  public readonly named = new Set<string>();
  private readonly kept = new Set<string>();
  private length = 0;

  public line(text: string): void {
    if (this.kept.size === 0 && !WATCHED.some((name) => text.includes(name))) {
      return;
    }
    for (const name of TENSORFLOW_NAMES) {
      if (text.includes(name)) {
        this.named.add(name);
      }
    }
    const room = MAX_KEPT - this.length;
    if (room > 0) {
      const line = `${text
        .slice(0, room)
        .replace(/^[ :\n]+/, '')
        .replace(/(?<![ :\n])[ :\n]+$/, '')}\n`;
      this.length += this.kept.has(line) ? 0 : line.length;
      this.kept.add(line);
    }
  }

  public text(): string {
    return [...this.kept].join(' ');
  }
}

/** How a script ended. */
export interface ScriptFailure {
  /** As Python tells it: the negative number of the signal for a script that was killed. */
  readonly exitCode: number;
  readonly command: readonly string[];
  readonly stdout: ErrorWatch;
  readonly stderr: ErrorWatch;
  readonly tensorflow: boolean;
}

/** The failure file of a script that ended with another exit code than 0. */
export function failureText(failure: ScriptFailure): string {
  // Only the TensorFlow toolkit lets the general one read the script's output.
  const output = failure.tensorflow ? `${failure.stdout.text()} ${failure.stderr.text()}` : '';
  const message = [...new Set(output.split('\n'))].join('\n').trim();
  const named = [...failure.stdout.named, ...failure.stderr.named];
  const name = failure.tensorflow && TENSORFLOW_NAMES.find((candidate) => named.includes(candidate));
  return calledProcessError(name || 'ExecuteUserScriptError', failure.exitCode, message, failure.command);
}

/** The toolkit's text for a command that failed: pip, or the script. */
export function calledProcessError(
  name: string,
  exitCode: number,
  message: string,
  command: readonly string[],
): string {
  const info = exitCode === 137 ? '\nExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"' : '';
  return `${name}:\nExitCode ${exitCode}\nErrorMessage "${message}"${info}\nCommand "${command.join(' ')}"`;
}

/** FailureReason, as DescribeTrainingJob answers it for a container that ended with 1. */
export function failureReason(failureFile: string): string {
  return `AlgorithmError: ${failureFile}, exit code: 1`.slice(0, MAX_REASON_LENGTH);
}
