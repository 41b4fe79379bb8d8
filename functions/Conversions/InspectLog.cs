using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using FunctionsEval.Http;

namespace FunctionsEval.Conversions;

/// <summary>A log of Inspect, as .json or .eval: its samples, model, settings, solvers and scorers.</summary>
internal static class InspectLog
{
    private const int MaxBytes = 256 * 1024 * 1024;

    /// <summary>Null where the file is no log of Inspect.</summary>
    /// <exception cref="ConversionException">It is one that cannot be read or has nothing to carry over.</exception>
    public static Conversion? TryConvert(FileInfo file, SourceFiles files)
    {
        var isArchive = file.Extension.Equals(".eval", StringComparison.OrdinalIgnoreCase);
        if (file.Length > MaxBytes)
        {
            return isArchive ? throw TooLong() : null;
        }

        var (log, samples) = isArchive ? Unpacked(file) : Document(file);
        if (log?["eval"] is not JsonObject eval || log["plan"] is not JsonObject plan)
        {
            return isArchive ? throw new ConversionException("it is no log of Inspect: it has no header.json with eval and plan.") : null;
        }

        // Of several epochs one: they ask the same.
        var once = samples.DistinctBy(sample => Loose.Text(sample["id"])).ToList();
        if (once.Count == 0)
        {
            throw new ConversionException("the log has no samples (was it written with --no-log-samples?).");
        }

        var conversion = new Conversion();
        conversion.Definition["name"] = Loose.Text(eval["task"]) is { Length: > 0 } task ? task[..Math.Min(task.Length, 200)] : Path.GetFileNameWithoutExtension(file.Name);
        InspectPlan.AddSystem(conversion, plan);
        InspectPlan.AddModel(conversion, eval, plan, files);
        var asksForLetter = once.Exists(sample => sample["choices"] is JsonArray { Count: > 0 });
        conversion.Definition["scenarios"] = new EvalSamples(conversion, files, "").Write(
            [.. once.Select(sample => new EvalSample(Loose.Text(sample["id"]), sample["input"], sample["target"], asksForLetter ? Choices(sample) : []))]);
        if (once.Exists(sample => EvalSamples.IsWanted(sample["target"])))
        {
            InspectPlan.AddScorers(conversion, eval, log["results"] as JsonObject, once.Max(sample => Choices(sample).Count));
        }
        else
        {
            conversion.LeaveOut("scorers: no sample has a target to compare with");
        }

        if (once.Exists(sample => sample["sandbox"] is not null || sample["files"] is JsonArray { Count: > 0 }))
        {
            conversion.LeaveOut("sandbox and files of the samples");
        }

        return conversion;
    }

    private static IReadOnlyList<string> Choices(JsonObject sample) => sample["choices"] is JsonArray list ? [.. list.Select(choice => Loose.Text(choice) ?? "").Take(EvalSamples.Letters.Length)] : [];

    private static (JsonObject? Log, List<JsonObject> Samples) Document(FileInfo file)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        if (JsonText.Check(bytes) is not null || bytes.AsSpan().TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            // What is wrong with it the reader of configurations says.
            return (null, []);
        }

        var log = JsonNode.Parse(bytes) as JsonObject;
        return (log, [.. (log?["samples"] as JsonArray ?? []).OfType<JsonObject>()]);
    }

    private static (JsonObject? Log, List<JsonObject> Samples) Unpacked(FileInfo file)
    {
        try
        {
            using var archive = ZipFile.OpenRead(file.FullName);
            if (archive.Entries.Sum(entry => entry.Length) > MaxBytes)
            {
                throw TooLong();
            }

            var header = archive.GetEntry("header.json") ?? archive.GetEntry("_journal/start.json");
            var samples = archive.Entries.Where(entry => entry.FullName.StartsWith("samples/", StringComparison.Ordinal) && entry.Name.EndsWith(".json", StringComparison.Ordinal))
                .Select(Read).OfType<JsonObject>().ToList();
            return (header is null ? null : Read(header), [.. samples.OrderBy(sample => Loose.Number(sample["id"]) ?? double.MaxValue).ThenBy(sample => Loose.Text(sample["id"]), StringComparer.Ordinal)]);
        }
        catch (InvalidDataException)
        {
            throw new ConversionException("it is no archive that can be read here; `inspect log convert --to json` writes one that can.");
        }
    }

    private static JsonObject? Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        return JsonText.Check(content) is null
            ? JsonNode.Parse(content) as JsonObject
            : throw new ConversionException($"{entry.FullName} in it is not JSON that can be read.");
    }

    private static ConversionException TooLong() => new(string.Create(CultureInfo.InvariantCulture, $"it is longer than {MaxBytes / 1024 / 1024} MiB."));
}
