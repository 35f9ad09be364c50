/** The endpoint's only production variant; the SageMaker Python SDK's name for it. */
export const VARIANT_NAME = 'AllTraffic';
