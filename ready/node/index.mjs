// The same package for ES modules: what is declared by `import` and by `require` is one list.
import ready_ from './index.cjs'

export const { deferred, eager, isWarming, join, ready, warmable, warmed } = ready_
export default ready_
