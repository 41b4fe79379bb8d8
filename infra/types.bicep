// The settings that the program reads, as local.settings.sample.json lists them; a test compares the two.

@export()
type providerKey =
  | 'ANTHROPIC_API_KEY'
  | 'AZURE_OPENAI_API_KEY'
  | 'DEEPSEEK_API_KEY'
  | 'FUNCTIONSEVAL_API_KEY'
  | 'GOOGLE_API_KEY'
  | 'MISTRAL_API_KEY'
  | 'OPENAI_API_KEY'
  | 'OPENAI_COMPATIBLE_API_KEY'
  | 'XAI_API_KEY'

@export()
type programSettings = {
  ANTHROPIC_BASE_URL: string?
  AZURE_OPENAI_ENDPOINT: string?
  AZURE_OPENAI_API_VERSION: string?
  DEEPSEEK_BASE_URL: string?
  GOOGLE_BASE_URL: string?
  MISTRAL_BASE_URL: string?
  OPENAI_BASE_URL: string?
  OPENAI_COMPATIBLE_BASE_URL: string?
  XAI_BASE_URL: string?
  FUNCTIONSEVAL_PRICES: string?
  FUNCTIONSEVAL_LIMITS: string?
  FUNCTIONSEVAL_AGENTS: string?
  FUNCTIONSEVAL_SCORER_HOSTS: string?
  FUNCTIONSEVAL_SAMPLES: string?
  FUNCTIONSEVAL_MODELS: string?
  FUNCTIONSEVAL_BUDGET_USD: string?
  FUNCTIONSEVAL_CONCURRENCY: string?
  ENABLE_ABTESTS: string?
  TRIAGE_MODEL: string?
  MONTHLY_CREDITS: string?
  DAILY_THROTTLE_CREDITS: string?
  TRIAGE_CREDITS_PER_1K_INPUT_TOKENS: string?
  TRIAGE_CREDITS_PER_1K_OUTPUT_TOKENS: string?
}

@export()
type budget = {
  @description('In the currency of the subscription.')
  @minValue(1)
  amount: int

  // Azure refuses to change the start of a budget, so it cannot be computed at each deployment.
  @description('The first day of the month in which the budget is created, for example 2026-12-01. Never change it later.')
  @minLength(10)
  @maxLength(10)
  from: string
}
