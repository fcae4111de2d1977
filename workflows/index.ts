export { contentLifecycle } from './content-lifecycle';
export { reconciliation } from './reconciliation';
