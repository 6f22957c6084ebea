import ArgumentParser
import ByteFiles
import ConvAudioKit

extension ConvolutionPlan.Algorithm: ExpressibleByArgument {}

struct ConvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolve",
    abstract: "Convolve an array of any rank with a kernel.",
    discussion: """
      Arrays are NumPy files (.npy) of floats or integers, and the output is 32-bit floats. The input is [batch, channels, axes…]; you can leave \
      out batch, or batch and channels, and the output leaves out the same. A kernel of three or more axes is [output \
      channels, input channels / groups, axes…], as in PyTorch; a smaller one has no channel axes and is applied to \
      each channel separately. This is cross-correlation, as in every framework; --flip mirrors the kernel. A list, \
      such as 2,1, has one number per axis that the kernel moves along, outermost first, or one for all of them. The \
      output appears only when it is complete.
      """)

  @Argument(help: "Input array (.npy). Use - for standard input, here or for kernel or bias.")
  var input: String

  @Option(help: "Kernel array (.npy).")
  var kernel: String

  @Option(
    help:
      "Bias array (.npy): one number per output channel, or a single one for a kernel without channel axes."
  )
  var bias: String?

  @Option(name: .shortAndLong, help: "Output file (.npy), - for standard output.", transform: outputPath)
  var output: String

  @OptionGroup(title: "Geometry") var geometry: GeometryOptions

  @Option(help: "Number of threads; does not affect the output.")
  var threads = 1

  @Option(
    help: """
      How to compute: direct sums or transforms. automatic uses transforms for kernels of more than 128 positions \
      where they are cheaper. They differ in the last bits, and transforms spread NaN.
      """)
  var algorithm = ConvolutionPlan.Algorithm.automatic

  @Flag(
    help:
      "Print how the output is computed and why (to standard error if the output goes to standard output).")
  var explain = false

  @Flag(help: "Replace an existing output.")
  var force = false

  func run() throws {
    // Until the output is begun, a signal ends the program at once: no partial output exists yet.
    Interruption.unblockSignals()
    try exitingOnError {
      try refuseTerminals("an array", input: readsStandardInput, output: writesToStandardOutput)
      var convolution = try geometry.convolution(threads: threads)
      convolution.algorithm = algorithm
      if !writesToStandardOutput { try ReplacingFile.check(path: output, mayReplace: force) }
      try OutputConflict.check(outputs: [output], inputs: [input, kernel, bias].compactMap { $0 })
      let x = try read(input)
      let w = try read(kernel)
      let b = try bias.map(read)
      let (y, explanation) = try convolution.run(input: x, kernel: w, bias: b)
      let interruption = Interruption.install()
      do {
        try y.write(to: output, mayReplace: force, cancellation: interruption.cancellation)
      } catch let error as ProcessingError where interruption.isRequested {
        printError("\(error)")
        throw interruption.exitCode
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
      throw ValidationError("- is given more than once, but standard input holds only one array.")
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
      printLine(line, isOutputTaken: writesToStandardOutput)
    }
  }
}
