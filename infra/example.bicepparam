using 'main.bicep'

// Every parameter once. Copy what you need into main.bicepparam.
param name = 'feval'
param location = 'westeurope'
param storageSku = 'Standard_LRS'
param maximumInstanceCount = 100
param instanceMemoryMB = 4096
param providerKeys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY']
param settings = {
  AZURE_OPENAI_ENDPOINT: 'https://example.openai.azure.com'
  ENABLE_ABTESTS: 'true'
  TRIAGE_MODEL: 'openai:gpt-4.1-mini'
  MONTHLY_CREDITS: '20000'
}
param otlpEndpoint = 'https://collector.example.com:4318'
param alertEmail = 'you@example.com'
param hourlyTokenLimit = 10000000
param monthlyBudget = { amount: 50, from: '2026-12-01' }
param vaultOfficerId = '00000000-0000-0000-0000-000000000000'
