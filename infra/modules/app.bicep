// The function app on Flex Consumption. Its package is the folder that ./publish makes.
import { programSettings, providerKey } from '../types.bicep'

param name string
param location string
param tags object
param identityId string
param clientId string
param storageName string
param deploymentContainerUrl string
param insightsConnectionString string
param vaultUri string
param providerKeys providerKey[]
param settings programSettings
param otlpEndpoint string
param maximumInstanceCount int
param instanceMemoryMB int

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

// azd deploys the service of azure.yaml to the resource that is tagged with its name.
resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functionseval' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
      }
    }
  }
}

// FUNCTIONS_WORKER_RUNTIME is not among them: on Flex Consumption the runtime above takes its place.
resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__accountName: storageName
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: clientId
      // The identity with which the program calls Azure OpenAI and sends its telemetry.
      AZURE_CLIENT_ID: clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
    },
    settings,
    empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
    // Only keys in use: if the secret does not exist, the program gets the text of the reference and takes it for the key.
    toObject(
      providerKeys,
      key => key,
      key => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${replace(key, '_', '-')})'
    )
  )
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
