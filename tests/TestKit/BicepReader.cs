using System.Text.Json;
using Xunit;

namespace FunctionsEval.TestKit;

/// <summary>
/// Reads Bicep by the grammar that editors use (tree-sitter), in place of a compiler, which cannot be had in every build. Where Node is
/// missing the tests that need it skip and say why.
/// </summary>
public sealed class BicepReader : IAsyncLifetime
{
    private string? _folder;
    private string _whyNot = "it was not installed";

    public async ValueTask InitializeAsync()
    {
        try
        {
            _folder = await NodeTool.EnsureAsync("bicep", CancellationToken.None);
        }
        catch (NodeUnavailableException e)
        {
            _whyNot = e.Message;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<IReadOnlyList<BicepSource>> ReadAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        Assert.SkipWhen(_folder is null, $"Bicep cannot be read: {_whyNot}");
        using var node = NodeTool.Start("node", _folder!, ["parse.mjs", .. files]);
        var errors = node.StandardError.ReadToEndAsync(cancellationToken);
        var json = await node.StandardOutput.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        return node.ExitCode == 0
            ? JsonSerializer.Deserialize<List<BicepSource>>(json, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException($"parse.mjs ended with {node.ExitCode}: {await errors}");
    }
}

/// <param name="Errors">Where the text is no Bicep.</param>
/// <param name="Reads">Properties that are read, as <c>account.properties.primaryEndpoints.blob</c>.</param>
public sealed record BicepSource(
    string Path, IReadOnlyList<BicepError> Errors, IReadOnlyList<BicepResource> Resources, IReadOnlyList<BicepRead> Reads);

public sealed record BicepError(int Line, string Text);

/// <param name="Body">Null when there is none.</param>
public sealed record BicepResource(string Symbol, string Type, int Line, bool Existing, BicepValue? Body);

public sealed record BicepRead(int Line, IReadOnlyList<string> Path);

/// <param name="Kind">object, array, string, text (with something of the moment in it), number, boolean, either, or expression.</param>
public sealed record BicepValue(
    int Line, string Kind, JsonElement Value, IReadOnlyDictionary<string, BicepValue>? Properties, IReadOnlyList<BicepValue>? Items, IReadOnlyList<BicepValue>? Of);
