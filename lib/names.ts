/** The key of the tag that all resources of a project have; its value is the project's name. */
export const PROJECT_TAG = 'project';
