// The function app and everything that it needs, in one resource group. docs/deploy.md says how to use it.
targetScope = 'resourceGroup'

import { budget, programSettings, providerKey } from 'types.bicep'

@description('Part of the name of every resource.')
@minLength(3)
@maxLength(12)
param name string

@description('A region that has Flex Consumption: az functionapp list-flexconsumption-locations')
param location string = resourceGroup().location

@description('Keys in use: those of providers, and FUNCTIONSEVAL_API_KEY to sign in to the pages. Each must be a secret of the vault under its own name, with hyphens for underscores.')
param providerKeys providerKey[] = []

@description('Other settings of the program: addresses of providers, price table, limits, A/B tests, credits. Leave out those that are not needed.')
param settings programSettings = {}

@description('The address of an OpenTelemetry collector that gets traces and metrics too; empty for none. Application Insights always gets them.')
param otlpEndpoint string = ''

@description('Standard_LRS where the region has no availability zones.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_ZRS'

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@allowed([2048, 4096])
param instanceMemoryMB int = 2048

@description('Receives the alerts; empty creates alerts that notify nobody.')
param alertEmail string = ''

@description('The monthly budget of this resource group; leave it out for none. Model providers send their own bills.')
param monthlyBudget budget?

@description('An alert is raised when the models use more tokens than this within an hour.')
param hourlyTokenLimit int = 50000000

@description('The object id of the user or group that may write provider keys into the vault; empty for nobody yet.')
param vaultOfficerId string = ''

var suffix = uniqueString(resourceGroup().id, name)
var tags = { 'azd-env-name': name }

module identity 'modules/identity.bicep' = {
  params: {
    name: 'id-${name}-${suffix}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: 'log-${name}-${suffix}'
    insightsName: 'appi-${name}-${suffix}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: take('st${replace(name, '-', '')}${suffix}', 24)
    sku: storageSku
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: take('kv-${name}-${suffix}', 24)
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    vaultOfficerId: vaultOfficerId
  }
}

module app 'modules/app.bicep' = {
  // Without its roles the app could not read its own package.
  dependsOn: [roles]
  params: {
    name: 'func-${name}-${suffix}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    storageName: storage.outputs.name
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    vaultUri: vault.outputs.uri
    providerKeys: providerKeys
    settings: settings
    otlpEndpoint: otlpEndpoint
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    alertEmail: alertEmail
    monthlyBudget: monthlyBudget
    hourlyTokenLimit: hourlyTokenLimit
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

output appName string = app.outputs.name
output appUrl string = app.outputs.url
output vaultName string = vault.outputs.name
