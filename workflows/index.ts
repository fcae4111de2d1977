export { contentLifecycle } from './content-lifecycle';
