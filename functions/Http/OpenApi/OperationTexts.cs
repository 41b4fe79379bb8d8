using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FunctionsEval.Http.OpenApi;

/// <summary>Names, summaries and examples of operations.</summary>
internal static class OperationTexts
{
    private const string Definition =
        """{"name":"ratings","models":["openai:gpt-4o-mini"],"samplesPerScenario":5,"scenarios":[{"id":"s1","prompt":"How polite is this, from 1 to 5?"}],"scorers":[{"type":"number","pattern":"(\\d)"}]}""";

    private static readonly Dictionary<string, OperationText> Known = new(StringComparer.Ordinal)
    {
        ["POST api/definitions"] = new("addDefinition", "Adds a definition; the same content has the same id", Definition),
        ["GET api/definitions"] = new("listDefinitions", "Lists definitions"),
        ["GET api/definitions/{definitionId}"] = new("getDefinition", "Gets a definition with its scenarios"),
        ["POST api/datasets"] = new("addDataset", "Adds rows of scenarios under a name"),
        ["GET api/datasets"] = new("listDatasets", "Lists data sets"),
        ["GET api/datasets/{name}"] = new("getDataset", "Gets a data set"),
        ["GET api/datasets/{name}/rows"] = new("listDatasetRows", "Lists the rows of a data set"),
        ["DELETE api/datasets/{name}"] = new("deleteDataset", "Deletes a data set"),
        ["POST api/runs"] = new("startRun", "Starts a run", """{"definitionId":"d0123456789abcdef","samplesPerScenario":10,"budgetUsd":2.5,"tags":["nightly"]}"""),
        ["GET api/runs"] = new("listRuns", "Lists runs, newest first, with their progress"),
        ["POST api/runs/estimate"] = new("estimateRun", "Estimates cells, calls, tokens and cost of a run; starts nothing", """{"definitionId":"d0123456789abcdef","samplesPerScenario":10}"""),
        ["GET api/runs/{runId}"] = new("getRun", "Tells where a run stands"),
        ["DELETE api/runs/{runId}"] = new("deleteRun", "Deletes a run that has ended"),
        ["GET api/runs/{runId}/cells"] = new("listCells", "Lists the cells of a run with their scores"),
        ["GET api/runs/{runId}/items/{item}"] = new("getItem", "Gets a scenario of a run with its cells and transcripts"),
        ["GET api/runs/{runId}/analysis"] = new("getAnalysis", "Gets the statistics and verdicts of a run"),
        ["GET api/runs/{runId}/events"] = new("followRun", "Follows a run as server-sent events until it ends"),
        ["GET api/runs/{runId}/calls"] = new("listCalls", "Lists every attempt at a model"),
        ["GET api/runs/{runId}/export"] = new("exportRun", "Exports a run as csv, json, jsonl, md, html or junit"),
        ["POST api/runs/{runId}/pause"] = new("pauseRun", "Pauses a run"),
        ["POST api/runs/{runId}/resume"] = new("resumeRun", "Resumes a paused run"),
        ["POST api/runs/{runId}/cancel"] = new("cancelRun", "Cancels a run; what it has is kept and analyzed"),
        ["POST api/runs/{runId}/extend"] = new("extendRun", "Adds samples, scenarios or models to a run that has ended", """{"samplesPerScenario":20}"""),
        ["POST api/runs/{runId}/retry"] = new("retryRun", "Calls failed cells again", """{"codes":["RATE_LIMIT"]}"""),
        ["POST api/runs/{runId}/rescore"] = new("rescoreRun", "Scores the stored answers of a run anew, as a job; calls judges for what they have not said yet, and no other model", """{"scorers":[{"type":"number","pattern":"(\\d)"}]}"""),
        ["PUT api/runs/{runId}/tags"] = new("tagRun", "Sets the tags of a run", """{"tags":["nightly"]}"""),
        ["POST api/runs/{runId}/labels"] = new("addLabels", "Adds labels that people gave to answers; all of them, or none where one is wrong", """{"labels":[{"scenarioId":"s1","variant":"openai:gpt-4o-mini","sampleIndex":0,"metric":"quality","value":4,"labeller":"ann"}]}"""),
        ["GET api/runs/{runId}/labels"] = new("listLabels", "Lists the labels of a run"),
        ["GET api/runs/{runId}/labels/plan"] = new("planLabels", "Tells what more labels would give"),
        ["GET api/compare"] = new("compareRuns", "Compares two to eight runs, the baseline first"),
        ["POST api/plans"] = new("planComparison", "Tells how large a comparison has to be", """{"effect":0.2,"differenceVariance":0.3,"withinVariance":0.8}"""),
        ["POST api/content/import"] = new("importContent", "Imports topics, sources, items and clusters as JSON Lines"),
        ["GET api/content/topics"] = new("listTopics", "Lists topics"),
        ["GET api/content/items/{itemId}"] = new("getContentItem", "Gets an imported item"),
        ["GET api/content/clusters/{clusterId}"] = new("getCluster", "Gets a cluster with its members"),
        ["POST api/admin/abtests"] = new("startAbTest", "Starts an A/B test of a topic's window", """{"topicId":"3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90","windowStart":"2026-05-04T00:00:00Z","windowEnd":"2026-05-11T00:00:00Z","variants":[{"name":"mini","provider":"openai","model":"gpt-4o-mini"},{"name":"nano","provider":"openai","model":"gpt-4.1-nano"}],"maxItems":40,"samples":2}"""),
        ["GET api/admin/abtests"] = new("listAbTests", "Lists A/B tests, newest first"),
        ["GET api/admin/abtests/{runId}"] = new("getAbTest", "Gets an A/B test with its items and results"),
        ["GET api/admin/abtests/{runId}/analysis"] = new("getAbTestAnalysis", "Gets the comparison of an A/B test"),
        ["POST api/admin/run"] = new("startDigest", "Queues a digest", """{"topicId":"3f0c1a52-7b1e-4c58-9d1f-2a6e5b7c8d90","windowStart":"2026-05-04","windowEnd":"2026-05-11","mode":"low"}"""),
        ["GET api/admin/credits"] = new("getCredits", "Tells where credits stand"),
        ["POST api/admin/credits"] = new("resetCredits", "Counts credits from zero", """{"reset":"daily"}"""),
        ["GET api/admin/health"] = new("getHealthReport", "Tells in full how the server is"),
        ["GET api/settings"] = new("getSettings", "Tells each setting and where it is from; of secrets only whether they are set"),
        ["PUT api/settings"] = new("putSettings", "Sets what definitions get that they do not say themselves", """{"models":["openai:gpt-4o-mini"],"samplesPerScenario":5,"budgetUsd":2.5}"""),
        ["GET api/health"] = new("getHealth", "Tells whether the server is well"),
        ["GET api/digests"] = new("listDigests", "Lists digests, newest first"),
        ["GET api/digests/{digestId}"] = new("getDigest", "Gets a digest with its entries"),
        ["POST api/agent/tasks"] = new("addTask", "Adds a task for agents", """{"task_id":"spec-login","task_type":"spec","direction":"Write the specification of the sign-in page.","priority":2}"""),
        ["GET api/agent/tasks"] = new("listTasks", "Lists tasks of agents"),
        ["GET api/agent/tasks/{taskId}"] = new("getTask", "Gets a task"),
        ["PATCH api/agent/tasks/{taskId}"] = new("updateTask", "Changes a task", """{"status":"completed","model":"openai:gpt-4o-mini","duration_seconds":41.5}"""),
        ["POST api/agent/tasks/next"] = new("nextTask", "Gives an agent its next task", """{"executor":"runner-1","task_types":["spec","impl"]}"""),
        ["GET api/agent/priorities"] = new("getPriorities", "Lists pending tasks in the order in which they are handed out, with the reasons"),
        ["POST api/agent/metrics"] = new("recordMetric", "Records what was measured of an agent", """{"task_id":"impl-login","task_type":"impl","model":"openai:gpt-4o-mini","duration_seconds":41.5,"status":"completed"}"""),
        ["POST api/agent/metrics/batch"] = new("recordMetrics", "Records many measurements of agents", """{"metrics":[{"task_id":"test-login","task_type":"test","model":"openai:gpt-4o-mini","duration_seconds":12,"status":"failed","error":"assertion failed in sign-in"}]}"""),
        ["GET api/agent/metrics"] = new("getMetrics", "Gets what was measured of agents"),
        ["GET api/agent/findings"] = new("listFindings", "Lists findings of reviews"),
        ["GET api/agent/findings/{findingId}"] = new("getFinding", "Gets a finding"),
        ["POST api/agent/findings/{findingId}/acknowledge"] = new("acknowledgeFinding", "Says that somebody knows of an open finding; it asks for no attention any more", """{"by":"Ada","note":"The host is being replaced."}"""),
        ["DELETE api/agent/findings/{findingId}/acknowledge"] = new("unacknowledgeFinding", "Takes back that somebody knows of a finding"),
        ["POST api/agent/review"] = new("runReview", "Reviews runs and agents now"),
        ["GET api/agent/goals"] = new("listGoals", "Lists the goals of agents"),
        ["GET api/agent/goals/{id}"] = new("getGoal", "Gets a goal"),
        ["PUT api/agent/goals/{id}"] = new("putGoal", "Sets a goal", """{"name":"Sign-in","target":{"share":0.8,"date":"2026-12-31"}}"""),
        ["PUT api/agent/goals/{id}/backlog"] = new("importBacklog", "Reads the backlog of a goal from Markdown"),
        ["GET api/agent/variants/compare"] = new("compareAgentVariants", "Compares the variants of agents"),
        ["POST api/agent/variants/assign"] = new("assignAgentVariant", "Assigns an agent its variant", """{"task_id":"spec-reset","variants":["v1","v2"]}"""),
        ["GET api/agent/status-report"] = new("getStatusReport", "Gets the status report of agents"),
        ["POST api/agent/artefacts"] = new("checkArtefact", "Checks what an agent made", """{"task_id":"impl-login","kind":"review","content":"Approved: the sign-in page does what its specification says."}"""),
        ["GET api/agent/proposals"] = new("listProposals", "Lists changes that agents suggest"),
        ["GET api/agent/proposals/{id}"] = new("getProposal", "Gets a proposal"),
        ["POST api/agent/proposals/{id}/accept"] = new("acceptProposal", "Accepts a proposal"),
        ["POST api/agent/proposals/{id}/reject"] = new("rejectProposal", "Rejects a proposal"),
        ["POST api/mcp"] = new("callTools", "Takes a message of the Model Context Protocol (docs/mcp.md)"),
    };

    public static Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var path = PathOf(context.Description.RelativePath!);
        Tag(operation, context.Document!, path.Split('/')[1]);
        if (!Known.TryGetValue($"{context.Description.HttpMethod} {path}", out var text))
        {
            return Task.CompletedTask;
        }

        (operation.OperationId, operation.Summary) = (text.Id, text.Summary);
        if (text.Example is { } example && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) == true)
        {
            body.Example = JsonNode.Parse(example);
        }

        return Task.CompletedTask;
    }

    private static void Tag(OpenApiOperation operation, OpenApiDocument document, string slice)
    {
        document.Tags ??= new HashSet<OpenApiTag>();
        if (!document.Tags.Any(tag => tag.Name == slice))
        {
            document.Tags.Add(new OpenApiTag { Name = slice });
        }

        operation.Tags = new HashSet<OpenApiTagReference> { new(slice, document) };
    }

    /// <summary>Without the constraints of its parameters and without a slash at its end.</summary>
    private static string PathOf(string template) => string.Join(
        '/', template.Trim('/').Split('/').Select(segment => segment.StartsWith('{') && segment.Contains(':', StringComparison.Ordinal) ? $"{segment.Split(':')[0]}}}" : segment));
}

/// <param name="Id">What a generated client calls it.</param>
/// <param name="Example">A body as JSON.</param>
internal sealed record OperationText(string Id, string Summary, string? Example = null);
