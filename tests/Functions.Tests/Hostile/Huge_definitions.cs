using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FunctionsEval.TestKit;

namespace FunctionsEval.Functions.Tests.Hostile;

/// <summary>Small values in great number: 29 MB that would become gigabytes if a tree were made of them first.</summary>
public sealed class Huge_definitions
{
    private const int Bytes = 29_000_000;
    private const long MostMemory = 300L * 1024 * 1024;

    public static TheoryData<string, string, string, string, string> Bodies => new()
    {
        { "definitions", "application/json", """{"name": "n", "scenarios": [""", "{},", "scenarios must have at most 100,000 entries." },
        { "definitions", "application/json", """{"name": "n", "scenarios": [""", "[],", "scenarios must have at most 100,000 entries." },
        { "definitions", "application/json", """{"name": "n", "scenarios": [""", "1,", "scenarios must have at most 100,000 entries." },
        { "definitions", "application/yaml", "name: n\nscenarios:\n", "- {}\n", "a list must have at most 100,000 entries." },
        { "runs", "application/json", """{"definition": {"scenarios": [""", "{},", "definition.scenarios must have at most 100,000 entries." },
        { "runs", "application/json", """{"models": [""", "\"\",", "models must have at most 100,000 entries." },
        { "plans", "application/json", """{"effect": 1, "a": [""", "0,", "a must have at most 100,000 entries." },
        { "admin/credits", "application/json", """{"reset": [""", "{},", "reset must have at most 100,000 entries." },
    };

    [Fact]
    public async Task They_are_refused_while_they_are_read()
    {
        await using var bench = await Workbench.CreateAsync();
        await using var program = ProgramProcess.Start(["serve", "--port", "0", "--data", bench.Data]);
        await Eventually.TrueAsync(() => program.Error.Contains("/api over ", StringComparison.Ordinal) || program.HasExited, "the server to listen");
        using var client = new HttpClient { BaseAddress = new Uri(program.Error.Split("serving ")[1].Split(" over")[0] + "/") };

        foreach (var row in Bodies)
        {
            var (path, contentType, start, repeated, message) = row.Data;
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(repeated, (Bytes - start.Length) / repeated.Length))));
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            using var response = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{path}: {text}");
            Assert.Contains(message, JsonSerializer.Deserialize<JsonElement>(text).ToString(), StringComparison.Ordinal);
            Assert.InRange(text.Length, 1, 2_000);
        }

        Assert.InRange(PeakMemory(program.Id), 1, MostMemory);
    }

    private static long PeakMemory(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
