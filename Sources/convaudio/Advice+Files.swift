import ConvAudioKit

/// Advice for errors of files, streams and signals.
func fileAdvice(for error: any Error) -> String? {
  switch error {
  case ByteFileError.exists: "use --force to replace it"
  case ByteFileError.temporary: "set $TMPDIR to another folder"
  case AudioFileError.tooManyChannels(_, _, let actual), AudioStreamError.tooManyChannels(_, _, let actual),
    RowError.tooManyColumns(_, _, let actual):
    actual <= 1024 ? "--max-channels \(actual) allows them" : "at most 1024 are possible"
  case AudioFileError.truncated, AudioStreamError.truncated, AudioStreamError.shortFrame:
    "--truncated keep uses the frames that are there"
  case AudioStreamError.empty, AudioStreamError.unrecognised: "--format, --rate and --channels describe raw samples"
  case AudioStreamError.contradiction: "leave --rate and --channels out to take it as it is"
  case AudioStreamError.missing: "see --rate and --channels"
  case AudioStreamError.notRaw(_, _, "WAV", _): "name the format wav"
  case RowError.unexpected(_, RowError.numberOfMixedRow, _): "--header yes takes the first row for names"
  case RowError.missingValue: "--missing hold or --missing zero fills it in"
  case SignalError.nonFinite: "use --non-finite zero or --non-finite keep to let it through"
  case SignalError.sampleRate(_, _, let actual): "leave --rate out, or give \(actual)"
  case SignalError.channels: "leave --channels out"
  case HopInputError.rates(_, let expected, _): "--rate \(expected) resamples recordings"
  case HopInputError.modelRate: "leave --rate out"
  case HopInputError.topOfStream: "or leave --top-db out"
  case ArrayConvolutionError.inputRank(let shapes) where shapes.couldBeBare,
    ArrayConvolutionError.channels(let shapes, _, _, _) where shapes.couldBeBare:
    "--rank \(shapes.kernel.count) reads it as a kernel without channel axes"
  case WindowError.noRate: "--rate says how many frames come in a second"
  case SeriesInputError.notASignal: "leave --rate, --channels and --mono out"
  case SeriesInputError.tooLong: "--window cuts it into many"
  default: nil
  }
}
