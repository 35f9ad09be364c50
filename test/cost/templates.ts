import { estimateTemplate, type CostEstimate } from '../../lib/cost/estimate';
import type { Prices } from '../../lib/cost/prices';
import type { ResourceCost } from '../../lib/cost/resource-cost';
import type { TemplateResource } from '../../lib/aws/template';

export const REGION = 'us-east-1';

export function estimate(Resources: Record<string, TemplateResource>, prices?: Prices): CostEstimate {
  return estimateTemplate({ Resources }, { region: REGION, prices });
}

export function endpoint(
  variants: Record<string, unknown>[],
  config: Record<string, unknown> = {},
): Record<string, TemplateResource> {
  return {
    Config: {
      Type: 'AWS::SageMaker::EndpointConfig',
      Properties: { ProductionVariants: variants, ...config },
    },
    Endpoint: {
      Type: 'AWS::SageMaker::Endpoint',
      Properties: { EndpointConfigName: { 'Fn::GetAtt': ['Config', 'EndpointConfigName'] } },
      Metadata: { 'aws:cdk:path': 'unet-endpoint/Endpoint/Resource' },
    },
  };
}

export function realtime(count: unknown, type: unknown = 'ml.m5.xlarge'): Record<string, unknown> {
  return { VariantName: 'AllTraffic', InstanceType: type, InitialInstanceCount: count };
}

export function scalableTarget(MinCapacity: number, MaxCapacity: number): TemplateResource {
  const name = { 'Fn::GetAtt': ['Endpoint', 'EndpointName'] };
  return {
    Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
    Properties: {
      MinCapacity,
      MaxCapacity,
      ResourceId: { 'Fn::Join': ['', ['endpoint/', name, '/variant/AllTraffic']] },
    },
  };
}

export function training(properties: Record<string, unknown> = {}): Record<string, TemplateResource> {
  return {
    Job: {
      Type: 'Custom::SageMakerTrainingJob',
      Properties: {
        ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: '1' },
        StoppingCondition: { MaxRuntimeInSeconds: '7200' },
        ...properties,
      },
    },
  };
}

/** The one resource of a type. */
export function of(result: CostEstimate, type: string): ResourceCost {
  const found = result.resources.filter((resource) => resource.type === type);
  expect(found).toHaveLength(1);
  return found[0]!;
}
