import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { declaredHyperparameters } from '../../training/hyperparameters';

/** What a script's failure has to do with its declaration. */
type DeclaredJob = Pick<CreateTrainingJobRequest, 'InputDataConfig' | 'HyperParameters'>;

/** Failures that a person mends in the declaration, the data or a file beside the script, and how. */
const WAYS_OUT: readonly (readonly [failure: RegExp, wayOut: (found: string, job: DeclaredJob) => string])[] =
  [
    [
      /^(?:ModuleNotFound|Import)Error: .*'(sagemaker_(?:xgboost_)?containers?[.\w]*)'/,
      (module) =>
        `${module}: only the containers of scikit-learn and XGBoost have it, and of it there is here what serves: worker, encoders and content_types of sagemaker_containers.beta.framework, encoder, data_utils and distributed of sagemaker_xgboost_container; import the rest within try … except ImportError`,
    ],
    [
      /^ModuleNotFoundError: No module named '([\w]+)/,
      (module) =>
        `${module}: add the package that has it to requirements.txt in sourceDir, which is installed before the script starts`,
    ],
    [
      /error: unrecognized arguments: (.*)/,
      (argument, { HyperParameters }) =>
        `${argument}: each hyperparameter is an argument of the script (${listed(Object.keys(declaredHyperparameters(HyperParameters)))}); take it out of bin/app.ts, or add_argument it in the script`,
    ],
    [
      /error: the following arguments are required: (.*)/,
      (argument) =>
        `${argument}: name it in hyperparameters in bin/app.ts, or give it a default in the script`,
    ],
    [
      /^ValueError: could not convert string (?:to float: )?(['"].*?['"])/,
      (text) =>
        `${text} is no number: where it is a column's name, the file begins with a header to skip, as by np.loadtxt(…, skiprows=1)`,
    ],
    [
      /^(?:[\w.]+\.)?(?:NoCredentialsError|PartialCredentialsError): (.*)/,
      (words) =>
        `${words}: a job has its role's; here --aws-credentials passes yours on, and npm start -- --s3 s3://BUCKET=FOLDER answers the script from a folder of this machine`,
    ],
    [
      /^KeyError: 'SM_CHANNEL_(\w+)'/,
      (channel, { InputDataConfig = [] }) =>
        `no channel ${channel.toLowerCase()} is declared (${listed(InputDataConfig.map(({ ChannelName }) => ChannelName))}): name it in channels in bin/app.ts, or read SM_CHANNEL_<one of those>`,
    ],
  ];

/** What to do about a failed script, by its last lines; undefined where its own words are all there is to say. */
export function wayOut(lastLines: readonly string[], job: DeclaredJob): string | undefined {
  // The last line that is known: an exception is often followed by another one, which it caused.
  for (const line of lastLines.toReversed()) {
    for (const [failure, told] of WAYS_OUT) {
      const found = failure.exec(line)?.[1];
      if (found !== undefined) {
        return told(found, job);
      }
    }
  }
  return undefined;
}

function listed(names: readonly (string | undefined)[]): string {
  return names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
}
