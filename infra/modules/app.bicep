// Flex Consumption with a custom handler: the package is the published script root.
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
param schedulerConnectionString string

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
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
      runtime: { name: 'custom', version: '1.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
      }
    }
  }
}

// FUNCTIONS_WORKER_RUNTIME is not here: on Flex Consumption it comes from the runtime above.
resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    {
      AzureWebJobsStorage__accountName: storageName
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: clientId
      // Of the identity that models in Azure are asked with.
      AZURE_CLIENT_ID: clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
    },
    settings,
    empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
    // Only keys in use: the text of a reference that leads nowhere would be taken for a key.
    toObject(providerKeys, key => key, key => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${replace(key, '_', '-')})'),
    empty(schedulerConnectionString) ? {} : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: schedulerConnectionString
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      AzureFunctionsJobHost__extensions__durableTask__hubName: 'functionseval'
    }
  )
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
