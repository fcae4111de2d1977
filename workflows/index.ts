export { contentLifecycle } from './content-lifecycle';
export { subscriptionsExpiring } from './expiring';
export { fanOut } from './fan-out';
export { reconciliation } from './reconciliation';
