import { wholeNumberProblems } from '../aws/whole-number';
import { checkProps, type CheckedProps } from '../aws/declared-props';
import { answerForFactories } from '../aws/factories';
import type { Estimator } from '../images/estimator';
import { Framework } from '../images/framework';
import { compareVersions } from '../images/version';
import { processorOf } from '../images/instance-types';
import { encodeHyperparameters } from './hyperparameters';

/** MPI's processes. */
export interface MpiOptions {
  /**
   * Processes of each instance.
   * @default - what the toolkit takes: one for each GPU, or one
   */
  readonly processesPerHost?: number;
  /**
   * Options of `mpirun`, such as `--verbose`.
   * @default - none
   */
  readonly customMpiOptions?: string;
}

/** What a distribution's rules need of its job. */
export interface DistributedJob {
  readonly estimator: Estimator;
  readonly instanceType: string;
  readonly instanceCount: number;
}

/** How the toolkit in the image starts a script on several instances or processes: the `distribution` of the SageMaker Python SDK. */
export class Distribution {
  /** TensorFlow's MultiWorkerMirroredStrategy: `TF_CONFIG` names the instances as workers. */
  public static multiWorkerMirroredStrategy(): Distribution {
    return new Distribution({ sagemaker_multi_worker_mirrored_strategy_enabled: true }, ({ estimator }) =>
      isFramework(estimator, ['tensorflow'], '2.9')
        ? []
        : [
            "multiWorkerMirroredStrategy is TensorFlow's, from 2.9; choose Framework.tensorflow(), or another distribution",
          ],
    );
  }

  /** TensorFlow's parameter servers, one on each instance beside its worker. */
  public static parameterServer(): Distribution {
    return new Distribution({ sagemaker_parameter_server_enabled: true }, ({ estimator, instanceCount }) => [
      ...(isFramework(estimator, ['tensorflow'])
        ? []
        : ["parameterServer is TensorFlow's; choose Framework.tensorflow(), or another distribution"]),
      ...(instanceCount > 1
        ? []
        : ['parameterServer starts none on one instance; give instanceCount from 2, or leave it out']),
    ]);
  }

  /** PyTorch's `torchrun`, on GPUs: a process for each, on all instances. */
  public static torchDistributed(): Distribution {
    return new Distribution(
      { sagemaker_torch_distributed_enabled: true },
      ({ estimator, instanceType }) => [
        ...(isFramework(estimator, ['pytorch', 'huggingface'])
          ? []
          : ["torchDistributed is PyTorch's; choose Framework.pytorch(), or another distribution"]),
        ...(processorOf(instanceType) === 'gpu'
          ? []
          : [`torchDistributed wants GPUs, and '${instanceType}' has none; choose such as ml.g5.xlarge`]),
      ],
      true,
    );
  }

  /** MPI: `mpirun` starts the script, as Horovod wants it. */
  public static mpi(options: MpiOptions = {}): Distribution {
    const checked = checkProps('MpiOptions', options);
    const { processesPerHost, customMpiOptions = '' } = checked.sound;
    return new Distribution(
      {
        sagemaker_mpi_enabled: true,
        sagemaker_mpi_num_of_processes_per_host: processesPerHost,
        sagemaker_mpi_custom_mpi_options: customMpiOptions,
      },
      ({ estimator }) => [
        ...(isFramework(estimator, ['tensorflow', 'pytorch', 'huggingface'])
          ? []
          : ["mpi is in TensorFlow's, PyTorch's and Hugging Face's images; choose one of these frameworks"]),
        ...wholeNumberProblems('processesPerHost', processesPerHost, [1]).map(
          (problem) => `${problem}; leave it out for the toolkit's own`,
        ),
      ],
      false,
      checked,
    );
  }

  private constructor(
    private readonly values: Readonly<Record<string, boolean | number | string | undefined>>,
    private readonly rules: (job: DistributedJob) => string[],
    private readonly namesInstanceType = false,
    private readonly declared?: CheckedProps<object>,
  ) {}

  /** What the toolkit reads, in JSON. */
  public hyperparameters(instanceType: string): Record<string, string> {
    const named = this.namesInstanceType ? instanceType : undefined;
    return encodeHyperparameters({ ...this.values, sagemaker_instance_type: named });
  }

  /** What does not go together. */
  public problems(job: DistributedJob): string[] {
    return [
      ...(this.declared?.problems('distribution') ?? []),
      ...this.rules(job).map((problem) => `distribution: ${problem}`),
    ];
  }
}

answerForFactories(Distribution);

/** An image of one's own may have any toolkit in it. */
function isFramework(estimator: Estimator, names: readonly string[], from?: string): boolean {
  if (!(estimator instanceof Framework)) {
    return false;
  }
  return (
    estimator.name === 'image' ||
    (names.includes(estimator.name) && (from === undefined || compareVersions(estimator.version, from) >= 0))
  );
}
