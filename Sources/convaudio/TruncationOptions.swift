import ArgumentParser
import ConvAudioKit

extension TruncatedPolicy: ExpressibleByArgument {}

/// What happens to recordings that end too early, for every command that reads them.
struct TruncationOptions: ParsableArguments {
  @Option(
    help: """
      What to do with recordings that end before their header says: keep the frames that are there, with a remark, or \
      error. Default: error for files, keep for pipes.
      """)
  var truncated: TruncatedPolicy?
}
