import { budget } from '../types.bicep'

param name string
param location string
param tags object
param workspaceId string
param alertEmail string
param monthlyBudget budget?
param hourlyTokenLimit int

var rules = [
  {
    name: 'failed-runs'
    description: 'A run failed.'
    query: loadTextContent('../queries/failed-runs.kql')
    severity: 1
    threshold: 0
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'poison-messages'
    description: 'A job failed five times and was moved to the queue pipeline-poison.'
    query: loadTextContent('../queries/poison-messages.kql')
    severity: 1
    threshold: 0
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'error-rate'
    description: 'More than one call of a function in twenty failed.'
    query: loadTextContent('../queries/error-rate.kql')
    severity: 2
    threshold: 0
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'severe-findings'
    description: 'A review found something of high severity in runs or in the agents\' pipeline.'
    query: loadTextContent('../queries/severe-findings.kql')
    severity: 2
    threshold: 0
    window: 'PT15M'
    every: 'PT5M'
  }
  {
    name: 'token-spend'
    description: 'The models used more tokens within an hour than the limit allows.'
    query: replace(loadTextContent('../queries/token-spend.kql'), '{limit}', string(hourlyTokenLimit))
    severity: 2
    threshold: 0
    window: 'PT1H'
    every: 'PT15M'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take(name, 12)
    enabled: true
    emailReceivers: empty(alertEmail) ? [] : [{ name: 'owner', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: '${name}: ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      // A table exists only after its first row, and a new workspace has none.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

resource monthly 'Microsoft.Consumption/budgets@2023-11-01' = if (monthlyBudget != null) {
  name: 'budget-${name}'
  properties: {
    category: 'Cost'
    amount: monthlyBudget!.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: monthlyBudget!.from }
    notifications: {
      eighty: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: empty(alertEmail) ? [] : [alertEmail]
        contactGroups: [group.id]
      }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: empty(alertEmail) ? [] : [alertEmail]
        contactGroups: [group.id]
      }
    }
  }
}
