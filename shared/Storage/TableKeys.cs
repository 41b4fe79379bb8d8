using System.Globalization;

namespace FunctionsEval.Storage;

/// <summary>Every table and key layout of the program, in one place. Key parts are fixed-width so that key order is number order.</summary>
public static class TableKeys
{
    /// <summary>Partition = <see cref="AllDefinitions"/>, row = definition id: heads. Partition = definition id, row = index: scenarios.</summary>
    public const string Definitions = "Definitions";

    /// <summary>Partition in <see cref="Definitions"/>; row = number: the parts of an image.</summary>
    public static string Image(string digest) => $"image|{digest}";

    /// <summary>In <see cref="Definitions"/>: row = <see cref="Head"/>; what definitions get that they do not say themselves.</summary>
    public const string DefinitionDefaults = "defaults";

    /// <summary>Partition = <see cref="AllDatasets"/>, row = name: heads. Partition = <see cref="DatasetRows"/>, row = number.</summary>
    public const string Datasets = "Datasets";

    public const string AllDatasets = "dataset";

    public static string DatasetRows(string name, string version) => $"rows|{name}|{version}";

    /// <summary>Partition = <see cref="AllRuns"/>; row = run id, which sorts newest first. Partition = <see cref="StartKeys"/>; row = digest of a key that a request gave.</summary>
    public const string Runs = "Runs";

    /// <summary>Partition = run id; row = item index. The snapshot that the run evaluates.</summary>
    public const string Items = "Items";

    /// <summary>Partition = {runId}|{partition}; rows: cells, and behind '~' their calls, intents and the counter.</summary>
    public const string Cells = "Cells";

    /// <summary>Same keys as the cells; a transcript too long for one row goes on in <see cref="TranscriptPart"/>.</summary>
    public const string Transcripts = "Transcripts";

    /// <summary>Partition = run id; rows: <see cref="Head"/>, and blocks of the cells that an allocation added to the pilot's.</summary>
    public const string Allocations = "Allocations";

    /// <summary>Partition = run id; row = the number of the look: what it decided.</summary>
    public const string Looks = "Looks";

    /// <summary>Partition = run id; row = cell, and behind it a digest of metric and labeller.</summary>
    public const string Labels = "Labels";

    /// <summary>Partition = run id; rows: <see cref="Head"/>, and blocks of scenario statistics.</summary>
    public const string Analyses = "Analyses";

    /// <summary>Partition = <see cref="AllLimits"/>; row = provider, model and what is counted. Buckets that all processes share.</summary>
    public const string Limits = "Limits";

    public const string AllLimits = "limit";

    public const string StartKeys = "startKey";

    /// <summary>In <see cref="Limits"/>: rows of the processes that spend the budget of a run, and one that they take turns by.</summary>
    public static string BudgetOf(string runId) => $"budget|{runId}";

    /// <summary>Partition = <see cref="AllTopics"/>; row = topic id.</summary>
    public const string Topics = "Topics";

    /// <summary>Partition = <see cref="AllSources"/>; row = source id.</summary>
    public const string Sources = "Sources";

    /// <summary>Partition = <see cref="Bucket"/>; row = item id.</summary>
    public const string ContentItems = "ContentItems";

    /// <summary>Partition = <see cref="TimelineDay"/>; row = <see cref="TimelineRow"/>. Only items that can be candidates.</summary>
    public const string ContentTimeline = "ContentTimeline";

    /// <summary>Partition = cluster id; row = item id.</summary>
    public const string ContentMembers = "ContentMembers";

    /// <summary>Partition = topic id; row = cluster id: the centroids of clusters that were found by their vectors.</summary>
    public const string ContentCentroids = "ContentCentroids";

    /// <summary>Partition = {period}|{its first day or month}; row = a time-ordered id: resets.</summary>
    public const string Credits = "Credits";

    /// <summary>Partition = <see cref="AllDigests"/>, row = run id: heads. Partition = run id, row = index: blocks of entries.</summary>
    public const string Digests = "Digests";

    /// <summary>
    /// Partition = <see cref="AllFindings"/>, row = finding id. Partition = <see cref="ReviewedRuns"/>, row = run id: what a review saw of it. Partition =
    /// <see cref="Acknowledged"/>, row = finding id: that a person knows of it, apart from the finding, which reviews write.
    /// </summary>
    public const string Findings = "Findings";

    public const string AllFindings = "finding";

    /// <summary>Findings are hexadecimal; behind them are the messages on their way to the webhook, stored in one transaction with what they tell of.</summary>
    public const string AfterFindings = "~";

    public const string ReviewedRuns = "run";

    public const string Acknowledged = "acknowledged";

    /// <summary>Partition = <see cref="Bucket"/>; rows: where a task lies, the open tasks, the ended tasks by time, and the roll-ups of days.</summary>
    public const string AgentTasks = "AgentTasks";

    /// <summary>Partition = <see cref="AllGoals"/>, row = goal id. Partition = <see cref="BacklogOf"/>, row = item id.</summary>
    public const string AgentGoals = "AgentGoals";

    public const string AllGoals = "goal";

    /// <summary>Partition = <see cref="AllArtefacts"/>, row = kind and task id: what was checked. Partition = <see cref="TestsOf"/>, row = a hash of the test's name.</summary>
    public const string AgentArtefacts = "AgentArtefacts";

    public const string AllArtefacts = "review";

    /// <summary>Partition = <see cref="AllProposals"/>; row = proposal id.</summary>
    public const string AgentProposals = "AgentProposals";

    public const string AllProposals = "proposal";

    public const string AllAgentOpen = "open|";

    public const string AllAgentEnded = "ended|";

    public const string AllAgentDays = "day|";

    private const string AllAgentKeptDays = "kept|";

    private const string DayFormat = "yyyyMMdd";

    public const string AllDefinitions = "definition";

    public const string AllRuns = "run";

    /// <summary>In <see cref="Runs"/>: row = run id, what the cells of a run that has ended add up to.</summary>
    public const string AllCounts = "counts";

    public const string AllDigests = "digest";

    public const string AllTopics = "topic";

    public const string AllSources = "source";

    /// <summary>Sorts before every other row of its partition.</summary>
    public const string Head = "!head";

    /// <summary>Cell rows start with a digit; everything else in a cell partition sorts from here on.</summary>
    public const string AfterCells = "~";

    /// <summary>Behind the last call of a partition.</summary>
    public const string AfterCalls = "~call.";

    public const string Counter = "~counter";

    public static string Number(int index) => index.ToString("D6", CultureInfo.InvariantCulture);

    public static string Call(string cellRow, int number) => string.Create(CultureInfo.InvariantCulture, $"~call-{cellRow}-{number:D3}");

    /// <summary>A cell that was set aside when it was called again; the number is that of the run's extension.</summary>
    public static string Retried(string cellRow, int extension) => string.Create(CultureInfo.InvariantCulture, $"{RetriedOf(cellRow)}-{extension:D4}");

    /// <summary>Where those of a cell begin.</summary>
    public static string RetriedOf(string cellRow) => $"~retried-{cellRow}";

    /// <summary>Where the calls begin whose cell rows begin so.</summary>
    public static string CallsOf(string cellRowStart) => $"~call-{cellRowStart}";

    public static string TranscriptPart(string cellRow, int part) => string.Create(CultureInfo.InvariantCulture, $"{cellRow}~{part:D4}");

    /// <summary>In <see cref="Transcripts"/>: what a judge said of a cell's answer.</summary>
    /// <param name="digest">Of what the judge was asked.</param>
    public static string Judgement(string cellRow, string digest, int repeat) => string.Create(CultureInfo.InvariantCulture, $"{JudgementsOf(cellRow)}{digest}-{repeat:D2}");

    /// <summary>Where those of a cell begin.</summary>
    public static string JudgementsOf(string cellRow) => $"{cellRow}~judge-";

    /// <summary>A call to a judge, among the calls of its cell.</summary>
    public static string JudgeCall(string cellRow, string digest, int repeat, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{CallsOf(cellRow)}-judge-{digest}-{repeat:D2}-{number:D3}");

    /// <summary>All that <see cref="Bucket"/> gives.</summary>
    public static IReadOnlyList<string> Buckets { get; } = [.. Enumerable.Range(0, 16).Select(bucket => bucket.ToString("x", CultureInfo.InvariantCulture))];

    /// <summary>One of sixteen partitions, so that what comes in bulk is written in full batches of one partition.</summary>
    public static string Bucket(string itemId)
    {
        // FNV-1a: the same in every process, as the bucket is part of a stored key.
        var hash = 2166136261u;
        foreach (var unit in itemId)
        {
            hash = unchecked((hash ^ unit) * 16777619u);
        }

        return ((hash ^ (hash >> 16)) & 15).ToString("x", CultureInfo.InvariantCulture);
    }

    public static IReadOnlyList<string> AllTests { get; } = [.. Buckets.Select(bucket => $"test|{bucket}")];

    public static string TestsOf(string testName) => $"test|{Bucket(testName)}";

    public static string FindingMessage(DateTimeOffset at, string firstFinding) => string.Create(CultureInfo.InvariantCulture, $"{AfterFindings}{at.UtcTicks:D19}|{firstFinding}");

    public static string BacklogOf(string goalId) => $"items|{goalId}";

    public static string AgentTask(string taskId) => $"task|{taskId}";

    public static string AgentOpen(string taskId) => AllAgentOpen + taskId;

    public static string AgentEnded(DateTimeOffset at, string taskId) =>
        string.Create(CultureInfo.InvariantCulture, $"{AllAgentEnded}{at.UtcDateTime:yyyyMMddHHmmssfffffff}|{taskId}");

    /// <summary>Whether an id is short enough for every key of agents that holds it: <c>/ \ # ? % . ~ $ &gt; [</c> and blanks take three characters of a key.</summary>
    public static bool IsAgentId(string id) => EntityRules.IsKey(AgentEnded(DateTimeOffset.UnixEpoch, id));

    /// <summary>In <see cref="AgentTasks"/>: row = what was chosen and task id; the variant that a task was given.</summary>
    public static string AgentAssignments(string taskId) => $"assigned|{Bucket(taskId)}";

    /// <summary>In <see cref="AgentTasks"/>: the roll-ups of the cells of a run that has ended.</summary>
    public static string AgentRun(string runId, int extension) => string.Create(CultureInfo.InvariantCulture, $"run|{runId}|{extension}");

    public static string AgentDay(DateTimeOffset at) => AgentDay(DateOnly.FromDateTime(at.UtcDateTime));

    public static string AgentDay(DateOnly day) => AllAgentDays + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <summary>The tasks that ended on a day, as a review read them last.</summary>
    public static string AgentKeptDay(DateTimeOffset at) => AgentKeptDay(DateOnly.FromDateTime(at.UtcDateTime));

    public static string AgentKeptDay(DateOnly day) => AllAgentKeptDays + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Where the tasks begin that ended on a day or later.</summary>
    public static string AgentEndedOn(DateOnly day) => AllAgentEnded + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Of a row of either kind.</summary>
    public static DateOnly DayOf(string agentDayRow) => DateOnly.ParseExact(agentDayRow.AsSpan(agentDayRow.Length - DayFormat.Length), DayFormat, CultureInfo.InvariantCulture);

    /// <summary>The first key behind all those that begin so.</summary>
    public static string EndOf(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    public static string TimelineDay(string topicId, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{topicId}|{at.UtcDateTime:yyyyMMdd}");

    public static string TimelineRow(DateTimeOffset at, string itemId) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:HHmmssfffffff}-{itemId}");

    /// <summary>Written before a model is called and removed with the cell's insert: what is left over was called, and its answer lost.</summary>
    public static string Intent(string cellRow) => $"~intent-{cellRow}";
}
