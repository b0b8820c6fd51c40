export { parseEdit, setConfig, type Edit } from './edit-config.js'
export { readConfig } from './read-config.js'
export { defaultBaseUrl, resolveHome, resolveSettings } from './resolve-settings.js'
export type { BaseUrl } from './setting-codecs.js'
export {
  type Environment,
  type FileKey,
  fileKeys,
  type FileSettings,
  type GivenSettings,
  type Origin,
  type Places,
  type Settings,
  type Sourced,
  variables,
} from './settings.js'
