export { cancel } from './cancel';
export { decide } from './decide';
export { extend } from './extend';
export { hold, release } from './hold';
export { reprioritise } from './reprioritise';
export { retry } from './retry';
export { skip } from './skip';
export { carryOut, refusalOf, type Verb } from './verb';
