using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FunctionsEval.Http;

/// <summary>The JSON body of a request as a <typeparamref name="T"/>, or the problem that it has.</summary>
internal sealed record Body<T>(T? Value, ProblemHttpResult? Problem) : IBindableFromHttpContext<Body<T>>
    where T : class
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var utf8 = await new RawBody(context.Request).ReadAsync(context.RequestAborted);
        if (utf8.IsEmpty)
        {
            return Refused("", "The request needs a body, a JSON object.");
        }

        var (document, fault) = JsonText.Parse(utf8);
        if (fault is not null)
        {
            return Refused(fault.Field ?? "", fault.Field is null ? $"The body is not JSON: {fault.Message}" : fault.Message);
        }

        using (document)
        {
            var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            var shape = new RequestShape(options);
            shape.Check(document!.RootElement, typeof(T));
            return shape.Errors.Count > 0
                ? new Body<T>(null, Problems.Invalid(shape.Errors))
                : new Body<T>((T)document.RootElement.Deserialize(options.GetTypeInfo(typeof(T)))!, null);
        }
    }

    private static Body<T> Refused(string field, string message) => new(null, Problems.Invalid([new FieldError(field, message)]));
}

/// <summary>The body of a request as it comes, for an endpoint that has other things to check first.</summary>
internal sealed record RawBody(HttpRequest Request) : IBindableFromHttpContext<RawBody>
{
    // A length is a promise: memory is taken for what has come.
    private const int Promised = 1024 * 1024;
    private const int Smallest = 16 * 1024;

    // The shared pool keeps one array for each thread, and large bodies come on many: two of each size are kept here, for all threads.
    private static readonly ArrayPool<byte> Arrays = ArrayPool<byte>.Create(maxArrayLength: 32 * 1024 * 1024, maxArraysPerBucket: 2);

    public static ValueTask<RawBody?> BindAsync(HttpContext context, ParameterInfo parameter) => new(new RawBody(context.Request));

    /// <summary>All of it, until the request ends; the server limits the length. Arrays are used again, for large ones are collected late.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = Arrays.Rent((int)Math.Clamp((Request.ContentLength ?? 0) + 1, Smallest, Promised));
        var count = 0;
        try
        {
            while (await Request.Body.ReadAsync(buffer.AsMemory(count), cancellationToken) is > 0 and var more)
            {
                count += more;
                if (count == buffer.Length)
                {
                    // One byte more than was promised finds the end without growing again.
                    var larger = Arrays.Rent((int)(Request.ContentLength is { } length && length >= count ? length + 1 : 2L * count));
                    buffer.CopyTo(larger, 0);
                    Arrays.Return(buffer);
                    buffer = larger;
                }
            }

            return buffer.AsMemory(0, count);
        }
        finally
        {
            Request.HttpContext.Response.RegisterForDispose(new Rented(buffer));
        }
    }

    private sealed class Rented(byte[] array) : IDisposable
    {
        public void Dispose() => Arrays.Return(array);
    }
}
