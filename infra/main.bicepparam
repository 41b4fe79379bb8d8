using 'main.bicep'

// azd sets the AZURE_ variables; example.bicepparam shows all parameters.
param name = readEnvironmentVariable('AZURE_ENV_NAME', 'feval')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param providerKeys = []
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param vaultOfficerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
