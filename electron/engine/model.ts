import { REDUCER_VERSION, reduce } from '../../shared/model/reduce.ts'
import { emptyState } from '../../shared/model/state.ts'

/** What a data folder is opened with, by its writer and by readers alike. */
export const model = { reduce, reducerVersion: REDUCER_VERSION, emptyState }
