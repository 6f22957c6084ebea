import ArgumentParser
import ByteFiles
import ConvAudioKit

extension ConvolutionPlan.Algorithm: ExpressibleByArgument {}

struct ConvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolve",
    abstract: "Convolve an array of any rank with a kernel.",
    discussion: """
      Arrays are NumPy files (.npy) of 32-bit or 64-bit floats. The input is [batch, channels, axes…]; batch, or batch \
      and channels, may be left out, and the output leaves out the same. A kernel of three or more axes is [output \
      channels, input channels / groups, axes…], as in PyTorch; one of fewer has no channel axes and goes over every \
      channel by itself. This is cross-correlation, as every framework has it; --flip mirrors the kernel. A list, such \
      as 2,1, has one number for each axis that the kernel goes along, outermost first, or one for all of them. The \
      output appears only when it is complete.
      """)

  @Argument(help: "The input, a .npy file; - is standard input, here or as kernel or bias.")
  var input: String

  @Option(help: "The kernel, a .npy file.")
  var kernel: String

  @Option(
    help:
      "A .npy file of one number an output channel; of one number in all for a kernel without channel axes."
  )
  var bias: String?

  @Option(name: .shortAndLong, help: "The .npy file to make; - is standard output.")
  var output: String

  @OptionGroup(title: "Geometry") var geometry: GeometryOptions

  @Option(help: "Threads to compute on; they change no bit of the output.")
  var threads = 1

  @Option(
    help: """
      Direct sums, or transforms for kernels of more than 128 positions where they are cheaper; they differ in the last \
      bits, and transforms spread NaN.
      """)
  var algorithm = ConvolutionPlan.Algorithm.automatic

  @Flag(
    help:
      "Print how it is computed, and why; to standard error when the output takes standard output.")
  var explain = false

  @Flag(help: "Replace an output that exists.")
  var force = false

  func run() throws {
    // Until the output is begun, a signal ends the program at once: there is nothing yet that could be left behind.
    Interruption.unblockSignals()
    try exitingOnError {
      try refuseTerminals("an array", input: readsStandardInput, output: writesToStandardOutput)
      var convolution = try geometry.convolution(threads: threads)
      convolution.algorithm = algorithm
      if !writesToStandardOutput { try ReplacingFile.check(path: output, mayReplace: force) }
      let x = try read(input)
      let w = try read(kernel)
      let b = try bias.map(read)
      let (y, explanation) = try convolution.run(input: x, kernel: w, bias: b)
      let interruption = Interruption.install()
      do {
        try y.write(to: output, mayReplace: force, cancellation: interruption.cancellation)
      } catch let error as ProcessingError where interruption.isRequested {
        printError("\(error)")
        throw ExitCode(130)
      }
      if explain { print(explanation) }
    }
  }

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads), expected 1 to 1024.")
    }
    if geometry.transposed, algorithm == .transforms {
      throw ValidationError("--algorithm transforms is not for --transposed, which is computed by direct sums.")
    }
    if output.isEmpty { throw ValidationError("--output is empty, expected the name of a file.") }
    for (what, path) in [("<input>", input), ("--kernel", kernel), ("--bias", bias)]
    where path == "" {
      throw ValidationError("\(what) is empty, expected the name of a file.")
    }
    if [input, kernel, bias].filter({ $0 == standardStreamPath }).count > 1 {
      throw ValidationError("- stands more than once, and standard input holds one array.")
    }
  }

  private var readsStandardInput: Bool {
    [input, kernel, bias].contains(standardStreamPath)
  }

  private var writesToStandardOutput: Bool { output == standardStreamPath }

  private func read(_ path: String) throws -> NumPyArray {
    let array = try NumPyArray(path: path)
    let name = path == standardStreamPath ? "standard input" : path
    if let conversion = array.conversion { printError("\(name): \(conversion)") }
    return array
  }

  private func print(_ lines: [String]) {
    for line in lines {
      if writesToStandardOutput {
        writeToStandardError(line + "\n")
      } else {
        writeToStandardOutput(line + "\n")
      }
    }
  }
}
