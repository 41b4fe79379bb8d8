// The variables that the program reads; a test holds both lists to it.

@export()
type providerKey =
  | 'OPENAI_API_KEY'
  | 'OPENAI_COMPATIBLE_API_KEY'

@export()
type providerAddresses = {
  OPENAI_BASE_URL: string?
  OPENAI_COMPATIBLE_BASE_URL: string?
}
