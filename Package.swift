// swift-tools-version: 6.3
// One engine for convolution over signals. The rooms and the doors between them are the targets and their
// dependencies below: a target that is not listed cannot be imported.
import PackageDescription

let package = Package(
  name: "convaudio",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "convaudio", targets: ["convaudio"]),
    .library(name: "ConvAudioKit", targets: ["ConvAudioKit"]),
    .library(name: "TimeSeriesFeatures", targets: ["TimeSeriesFeatures"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // MARK: - Convolution and its kernels
    .target(name: "CConvolutionKernels"),
    .target(name: "Convolution", dependencies: ["CConvolutionKernels", "CFFTW"]),
    .target(name: "StreamingConvolution", dependencies: ["Convolution", "CConvolutionKernels"]),
    .target(
      name: "TimeSeriesFeatures",
      dependencies: ["Convolution", "StreamingConvolution", "CConvolutionKernels", "ModelFormats"]),
    .target(name: "ReferenceConvolution"),
    .target(name: "Verification", dependencies: ["StreamingConvolution", "Convolution", "ReferenceConvolution"]),

    // MARK: - Files
    .target(name: "ByteFiles"),
    .target(name: "ModelFormats", dependencies: ["ByteFiles"]),
    .target(name: "AudioFiles", dependencies: ["ByteFiles", "CSndFile", "CQuietMPEG"]),
    .target(name: "CQuietMPEG"),
    .target(name: "ArrayFiles", dependencies: ["ByteFiles", "CZlib"]),
    .target(name: "Resampling", dependencies: ["CSoxr"]),
    .target(name: "Loudness", dependencies: ["CEbur128"]),

    .target(
      name: "Signals",
      dependencies: ["ByteFiles", "AudioFiles", "ArrayFiles", "Resampling", "StreamingConvolution"]),

    // MARK: - Façade and command line
    .target(
      name: "ConvAudioKit",
      dependencies: [
        "Convolution", "StreamingConvolution", "ByteFiles", "ModelFormats", "AudioFiles", "ArrayFiles", "Resampling",
        "Loudness", "Signals", "Verification", "TimeSeriesFeatures",
      ]),
    .executableTarget(
      name: "convaudio",
      dependencies: [
        "ConvAudioKit", "ByteFiles", "ModelFormats", "Signals",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: - System libraries
    .systemLibrary(
      name: "CSndFile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CSoxr", pkgConfig: "soxr",
      providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
    .systemLibrary(
      name: "CEbur128", pkgConfig: "libebur128",
      providers: [.apt(["libebur128-dev"]), .brew(["libebur128"])]),
    .systemLibrary(
      name: "CFFTW", pkgConfig: "fftw3f",
      providers: [.apt(["libfftw3-dev"]), .brew(["fftw"])]),

    // MARK: - Tests, one target a room
    .target(name: "CTestSupport", path: "Tests/Support/CTestSupport"),
    .target(
      name: "TestSupport", dependencies: ["CTestSupport", "CConvolutionKernels", "StreamingConvolution"],
      path: "Tests/Support/TestSupport"),
    .testTarget(
      name: "ConvolutionTests",
      dependencies: [
        "Convolution", "CConvolutionKernels", "ReferenceConvolution", "CFFTW", "TestSupport", "CTestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "StreamingConvolutionTests",
      dependencies: [
        "StreamingConvolution", "Convolution", "CConvolutionKernels", "ReferenceConvolution", "Verification", "CFFTW",
        "TestSupport", "CTestSupport",
      ]),
    .testTarget(
      name: "TimeSeriesFeaturesTests",
      dependencies: [
        "TimeSeriesFeatures", "Convolution", "CConvolutionKernels", "ModelFormats", "TestSupport", "CTestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(name: "ReferenceConvolutionTests", dependencies: ["ReferenceConvolution", "TestSupport"]),
    .testTarget(name: "ByteFilesTests", dependencies: ["ByteFiles", "TestSupport"]),
    .testTarget(name: "ModelFormatsTests", dependencies: ["ModelFormats", "TestSupport", "CTestSupport"]),
    .testTarget(name: "AudioFilesTests", dependencies: ["AudioFiles", "ByteFiles", "TestSupport", "CTestSupport"]),
    .testTarget(
      name: "ArrayFilesTests", dependencies: ["ArrayFiles", "ByteFiles", "CZlib", "TestSupport", "CTestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(name: "LoudnessTests", dependencies: ["Loudness", "TestSupport"]),
    .testTarget(name: "ResamplingTests", dependencies: ["Resampling", "TestSupport", "CTestSupport"]),
    .testTarget(
      name: "SignalsTests", dependencies: ["ConvAudioKit", "Signals", "AudioFiles", "Resampling", "TestSupport"]),
    .testTarget(
      name: "ConvAudioKitTests",
      dependencies: [
        "ConvAudioKit", "Convolution", "StreamingConvolution", "ModelFormats", "AudioFiles", "ArrayFiles", "Resampling",
        "Signals", "Verification", "ReferenceConvolution", "TestSupport", "CTestSupport",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "convaudio", "ConvAudioKit", "StreamingConvolution", "AudioFiles", "Signals", "Loudness", "ReferenceConvolution",
        "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
