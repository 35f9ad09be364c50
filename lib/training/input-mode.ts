/** How a channel's data reaches the training job. */
export type InputMode = 'File' | 'FastFile' | 'Pipe';

/** What of a channel's options hangs on its input mode. */
interface ModeOptions {
  readonly compressionType?: 'None' | 'Gzip';
  readonly recordWrapperType?: 'None' | 'RecordIO';
  readonly shuffleSeed?: number;
}

/** What SageMaker does not do with a channel in a mode. Source: Channel and ShuffleConfig in the API reference. */
export function optionProblems(prop: string, options: ModeOptions, mode: InputMode): string[] {
  const { compressionType, recordWrapperType, shuffleSeed } = options;
  const problems: string[] = [];
  if (compressionType === 'Gzip' && mode !== 'Pipe') {
    problems.push(
      `${prop}.compressionType: in ${mode} mode the script gets the objects as they are, and SageMaker decompresses none; leave it out, or choose inputMode Pipe`,
    );
  }
  if (recordWrapperType === 'RecordIO' && mode !== 'Pipe') {
    problems.push(
      `${prop}.recordWrapperType: in ${mode} mode SageMaker wraps no object; leave it out, or choose inputMode Pipe`,
    );
  }
  if (shuffleSeed !== undefined && !Number.isSafeInteger(shuffleSeed)) {
    problems.push(`${prop}.shuffleSeed: ${shuffleSeed} is not a whole number; give such as 42`);
  }
  return problems;
}
