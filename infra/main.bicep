// The function app and everything that it needs, in one resource group. docs/deploy.md says how to use it.
targetScope = 'resourceGroup'

import { budget, programSettings, providerKey } from 'types.bicep'

@description('Part of the name of every resource.')
@minLength(3)
@maxLength(12)
param name string

@description('A region that has Flex Consumption: az functionapp list-flexconsumption-locations')
param location string = resourceGroup().location

@description('Provider keys in use. Each must be a secret of the vault under its own name, with hyphens for underscores.')
param providerKeys providerKey[] = []

@description('Other settings of the program: addresses of providers, price table, limits, A/B tests, credits. Leave out what is not needed.')
param settings programSettings = {}

@description('Where an OpenTelemetry collector takes the program\'s own traces and metrics; empty sends none.')
param otlpEndpoint string = ''

@description('Standard_LRS where the region has no availability zones.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_ZRS'

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@allowed([2048, 4096])
param instanceMemoryMB int = 2048

@description('Takes alerts; empty makes alerts that tell nobody.')
param alertEmail string = ''

@description('A month\'s budget for this resource group; null for none. Model providers send their own bills.')
param monthlyBudget budget? = null

@description('Model tokens an hour that raise an alert. Needs otlpEndpoint.')
param hourlyTokenLimit int = 50000000

@description('True keeps orchestrations in a Durable Task Scheduler instead of storage queues and tables.')
param useDurableTaskScheduler bool = false

@description('Who may write provider keys into the vault: the object id of a user or group; empty for nobody yet.')
param vaultOfficerId string = ''

var suffix = uniqueString(resourceGroup().id, name)
var tags = { 'azd-env-name': name }

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: 'id-${name}-${suffix}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: 'log-${name}-${suffix}'
    insightsName: 'appi-${name}-${suffix}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: take('st${replace(name, '-', '')}${suffix}', 24)
    sku: storageSku
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    name: take('kv-${name}-${suffix}', 24)
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module scheduler 'modules/scheduler.bicep' = if (useDurableTaskScheduler) {
  name: 'scheduler'
  params: {
    name: 'dts-${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    clientId: identity.outputs.clientId
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    vaultOfficerId: vaultOfficerId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
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
    schedulerConnectionString: useDurableTaskScheduler ? scheduler!.outputs.connectionString : ''
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
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
  name: 'workbook'
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
