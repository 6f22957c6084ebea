import Foundation
import Testing

/// The help of every command, word for word: what a user reads first changes on purpose or not at all.
@Suite struct HelpTests {
  @Test("The help")
  func help() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Run trained stacks of convolutions and impulse responses over audio.

        USAGE: convaudio <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          process                 Process audio files through a preset, trained models,
                                  an impulse response, or several of them.
          stream                  Filter a pipe through a preset, trained models, an
                                  impulse response, or several of them, block by block.
          convolve                Convolve an array of any rank with a kernel.
          presets                 List the presets.
          info                    Describe a model, a preset or impulse responses:
                                  cost, latency, memory, speed here.
          verify                  Prove on this machine that a model or preset gives
                                  the right numbers, whatever the blocks.
          bench                   Measure how fast a model or preset runs here, by
                                  block size.
          tune                    Measure what convolutions cost on this machine.
          features                Turn time series and sound into features: ROCKET
                                  family, mel, MFCC, scattering, networks.
          classify                Train a classifier of time series, test it, and
                                  predict classes.

          See 'convaudio help <subcommand>' for detailed help.

        """)
    #expect(try bench.program.run("--version").output.contains("."))
  }

  @Test("The help of process")
  func processHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("process", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Process audio files through a preset, trained models, an impulse
        response, or several of them.

        Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the
        sample rate, channels, sample format and text metadata unless told otherwise.
        Without -o the output stands beside the input as NAME.CHAIN.EXTENSION, where
        the chain is called by preset, models and impulse response. An output appears
        only when it is complete.

        USAGE: convaudio process [<options>] <inputs> ...

        ARGUMENTS:
          <inputs>                The files to process; - is standard input, kept in
                                  $TMPDIR meanwhile.

        CHAIN:
          -p, --preset <preset>   A preset's name (see convaudio presets) or the path
                                  of its .json file.
          --chain <file>          The .json file of a chain, written like a preset's,
                                  in the place of one.
          --model <file>          A trained model (.nam) behind the preset; several run
                                  one behind the other.
          --slim <share>          Size, 0 to 1, of models that were trained for several.
          --normalize-loudness    Bring the last model to -18 dB of loudness, by its
                                  metadata.
          --input-level-dbu <dBu> Level in dBu RMS of a full-scale sine at the
                                  interface that recorded the input; the first model
                                  gets the level that it was made for, by its metadata.
          --allow-outside         Let presets and chains name files outside their own
                                  folders.

        MANY MODELS:
          --models <pattern>      Models (.nam), each of which processes every input: a
                                  quoted pattern such as '*.nam', a folder, or a file.
                                  Outputs that exist are skipped, unless --force
                                  replaces them.
          --names <template>      Names of outputs, in the folder of -o or beside the
                                  input, with {input}, {model} and {extension}.
                                  (default: {input}.{model}.{extension})

        IMPULSE RESPONSE:
          --ir <file>             An audio file whose channels are impulse responses;
                                  it comes behind preset and models.
          --ir-channels <ir-channels>
                                  Which channel of --ir goes from which input to which
                                  output. (values: auto, mono, stereo, true-stereo,
                                  per-channel, fan-out, matrix; default: auto)
          --ir-gain <none|peak|energy|dB>
                                  Level of --ir: none, peak (highest gain 0 dB), energy
                                  (noise keeps its level), or a gain in dB. (default:
                                  none)
          --predelay <time>       Silence before --ir, in milliseconds, or with a unit
                                  such as 20ms or 0.02s. (default: 0)
          --tail <keep|cut|time>  What is kept of the sound behind the input's end, in
                                  seconds, or with a unit such as 500ms. (default: keep)
          --latency <frames>      How late each convolution with impulse responses
                                  answers. Default: files: whatever is cheapest;
                                  streams: 0.
          --max-memory <bytes>    What all of them may take together, such as 500M or
                                  4G. (default: 4G)
          --explain               Print how they are computed and why.

        SOUND:
          --mix <mix>             Share of the processed signal, 0 to 1. (default: 1.0)
          --gain-in <gain-in>     Gain in dB before the preset and before the dry
                                  signal of --mix. (default: 0.0)
          --gain-out <gain-out>   Gain in dB behind the preset and the mix. (default:
                                  0.0)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)

        OUTPUT FORMAT:
          --format <format>       The output's format. Default: by its extension; for -
                                  the input's. (values: wav, rf64, w64, aiff, caf, au,
                                  flac, ogg, opus, mp3)
          --bit-depth <bit-depth> The output's sample format. Default: the input's.
                                  (values: 8, 16, 24, 32, float, double)
          --no-dither             Round to integers without dither.

        RUNNING:
          --force                 Replace outputs that exist.
          --jobs <jobs>           Files at a time, no more than there are cores.
                                  (default: 1)
          --max-channels <max-channels>
                                  Refuse files with more channels. (default: 64)
          --quiet                 Print nothing but errors.
          --json                  Print a JSON report to standard output.

        OPTIONS:
          -o, --output <output>   The output file, - for standard output; for several
                                  inputs the folder for them.
          --rate-policy <rate-policy>
                                  What to do with a file of another sample rate than
                                  the chain's: bring it there and back, lengthen the
                                  chain's dilations (for whole multiples of its rate),
                                  or refuse the file. (values: resample, dilate,
                                  refuse; default: resample)
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of stream")
  func streamHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("stream", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Filter a pipe through a preset, trained models, an impulse response,
        or several of them, block by block.

        Reads WAV, raw samples, or rows of numbers (CSV, NDJSON) from standard input
        and writes each block to standard output as soon as its frames have come. Gives
        the samples that process gives with the same --latency, whatever the block.
        Ends with its input, with its reader, or with SIGINT, SIGTERM or SIGHUP after
        the block that was begun; SIGUSR1 prints how long blocks took.

        USAGE: convaudio stream <options>

        CHAIN:
          -p, --preset <preset>   A preset's name (see convaudio presets) or the path
                                  of its .json file.
          --chain <file>          The .json file of a chain, written like a preset's,
                                  in the place of one.
          --model <file>          A trained model (.nam) behind the preset; several run
                                  one behind the other.
          --slim <share>          Size, 0 to 1, of models that were trained for several.
          --normalize-loudness    Bring the last model to -18 dB of loudness, by its
                                  metadata.
          --input-level-dbu <dBu> Level in dBu RMS of a full-scale sine at the
                                  interface that recorded the input; the first model
                                  gets the level that it was made for, by its metadata.
          --allow-outside         Let presets and chains name files outside their own
                                  folders.

        STREAM:
          --format <format>       What comes in; auto recognises WAV. Raw samples are
                                  little-endian and interleaved. (values: auto, f32le,
                                  f64le, s16le, s24le, s32le, u8, wav, csv, ndjson;
                                  default: auto)
          --output-format <output-format>
                                  What goes out. Default: what comes in. (values:
                                  f32le, f64le, s16le, s24le, s32le, u8, wav, csv,
                                  ndjson)
          --rate <hz>             Frames a second of raw input, or of a WAV made of
                                  rows; a WAV that comes in must agree.
          --channels <channels>   Channels of raw input; a WAV, or the columns of the
                                  first row, must agree.
          --block <frames>        Frames that are processed and written at once.
                                  Default: 64; rows always go one by one.
          --missing <missing>     Values that are missing in rows: an error, the
                                  column's last value, or 0. (values: error, hold,
                                  zero; default: error)
          --header <header>       Whether the first row of CSV is a header; auto: if it
                                  holds no number. (values: auto, yes, no; default:
                                  auto)
          --align                 Take the latency of preset and impulse response away
                                  from the front.
          --bit-depth <bit-depth> The sample format of WAV output. Default: the
                                  input's. (values: 8, 16, 24, 32, float, double)
          --no-dither             Round to integers without dither.
          --max-channels <max-channels>
                                  Refuse streams with more channels. (default: 64)
          --latency-report        Print how long blocks took when the stream ends
                                  (SIGUSR1: at once).
          --quiet                 Print nothing but errors.

        IMPULSE RESPONSE:
          --ir <file>             An audio file whose channels are impulse responses;
                                  it comes behind preset and models.
          --ir-channels <ir-channels>
                                  Which channel of --ir goes from which input to which
                                  output. (values: auto, mono, stereo, true-stereo,
                                  per-channel, fan-out, matrix; default: auto)
          --ir-gain <none|peak|energy|dB>
                                  Level of --ir: none, peak (highest gain 0 dB), energy
                                  (noise keeps its level), or a gain in dB. (default:
                                  none)
          --predelay <time>       Silence before --ir, in milliseconds, or with a unit
                                  such as 20ms or 0.02s. (default: 0)
          --tail <keep|cut|time>  What is kept of the sound behind the input's end, in
                                  seconds, or with a unit such as 500ms. (default: keep)
          --latency <frames>      How late each convolution with impulse responses
                                  answers. Default: files: whatever is cheapest;
                                  streams: 0.
          --max-memory <bytes>    What all of them may take together, such as 500M or
                                  4G. (default: 4G)
          --explain               Print how they are computed and why.

        SOUND:
          --mix <mix>             Share of the processed signal, 0 to 1. (default: 1.0)
          --gain-in <gain-in>     Gain in dB before the preset and before the dry
                                  signal of --mix. (default: 0.0)
          --gain-out <gain-out>   Gain in dB behind the preset and the mix. (default:
                                  0.0)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of convolve")
  func convolveHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("convolve", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Convolve an array of any rank with a kernel.

        Arrays are NumPy files (.npy) of 32-bit or 64-bit floats. The input is [batch,
        channels, axes…]; batch, or batch and channels, may be left out, and the output
        leaves out the same. A kernel of three or more axes is [output channels, input
        channels / groups, axes…], as in PyTorch; one of fewer has no channel axes and
        goes over every channel by itself. This is cross-correlation, as every
        framework has it; --flip mirrors the kernel. A list, such as 2,1, has one
        number for each axis that the kernel goes along, outermost first, or one for
        all of them. The output appears only when it is complete.

        USAGE: convaudio convolve [<options>] <input> --kernel <kernel> --output <output>

        ARGUMENTS:
          <input>                 The input, a .npy file; - is standard input, here or
                                  as kernel or bias.

        GEOMETRY:
          --stride <list>         Inputs between neighbouring outputs; with
                                  --transposed, outputs between neighbouring inputs.
                                  (default: 1)
          --dilation <list>       Positions between neighbouring numbers of the kernel.
                                  (default: 1)
          --padding <list>        valid (none), same (PyTorch's, stride 1), same-upper
                                  or same-lower (ONNX's, any stride), full (all that
                                  touches the input), causal (before alone), or a
                                  number for both sides, or before:after; a list of
                                  these. With --transposed numbers alone: outputs that
                                  are left out on the two sides. (default: valid)
          --mode <mode>           What stands in the padding. Default: zeros. (values:
                                  zeros, reflect, replicate, circular)
          --constant <number>     A number that stands in the padding, instead of a
                                  --mode.
          --groups <groups>       Independent parts of equal size that the channels are
                                  divided into; as many as channels: depthwise.
                                  (default: 1)
          --transposed            Transposed convolution: the kernel is [input
                                  channels, output channels / groups, axes…].
          --output-padding <list> Outputs added at the end of each axis by
                                  --transposed, fewer than its stride or dilation.
                                  (default: 0)
          --flip                  Mirror the kernel along all axes: the mathematical
                                  convolution.
          --rank <rank>           Axes that the kernel goes along, 1 to 6: 3 makes a
                                  kernel of three axes one without channel axes.
                                  Default: all of its one or two, or all but the first
                                  two.

        OPTIONS:
          --kernel <kernel>       The kernel, a .npy file.
          --bias <bias>           A .npy file of one number an output channel; of one
                                  number in all for a kernel without channel axes.
          -o, --output <output>   The .npy file to make; - is standard output.
          --threads <threads>     Threads to compute on; they change no bit of the
                                  output. (default: 1)
          --algorithm <algorithm> Direct sums, or transforms for kernels of more than
                                  128 positions where they are cheaper; they differ in
                                  the last bits, and transforms spread NaN. (values:
                                  automatic, direct, transforms; default: automatic)
          --explain               Print how it is computed, and why; to standard error
                                  when the output takes standard output.
          --force                 Replace an output that exists.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of tune")
  func tuneHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("tune", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Measure what convolutions cost on this machine.

        Plans for impulse responses are made from a table of costs that comes with the
        program, so that the same preset gives the same samples everywhere. This
        measures a table of your own, in two seconds; CONVAUDIO_COSTS=FILE uses it.
        Plans made from another table may divide a response otherwise, and then differ
        in the last bits.

        USAGE: convaudio tune [--output <output>] [--name <name>] [--force]

        OPTIONS:
          -o, --output <output>   The file to make. Default: standard output, or -.
          --name <name>           What the table is called in explanations. (default:
                                  mine)
          --force                 Replace the file if it exists.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of features")
  func featuresHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("features", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Turn time series and sound into features: ROCKET family, mel, MFCC,
        scattering, networks.

        Series come from .ts files, from text with one series a line and its label
        first (.csv, .tsv: the UCR layout), from NumPy arrays [cases, points] or
        [cases, channels, points], and from signals, one series each: recordings,
        NDJSON with one frame a line, raw samples (--input-format), or folders of them.
        - is standard input, any of these; a FIFO works like it. Without --params the
        transform is fitted to the input, and --fit keeps what was fitted. With
        --window the input is one signal, where the rows of CSV are frames, too, and
        each window gives a row as soon as it is complete. Text (- or .csv, .tsv) has a
        header and, where there are labels, a first column of them; an .npz holds
        features, names and labels. Threads and batches change no bit.

        stft, mel, logmel, mfcc, scattering, stack and statistics need no fit: they
        follow signals hop by hop (recordings, pipes, rows of numbers), and give a row
        as soon as its last sample has come; the cutting into blocks changes no bit.
        --like takes over another program's conventions, down to the numbers. Several
        inputs, or the files of a folder, stand one behind the other, with a first
        column `file` in text.

        USAGE: convaudio features [<options>] <inputs> ... --output <output>

        ARGUMENTS:
          <inputs>                Files or folders of series; recordings; - is standard
                                  input.

        FITTING (MINIROCKET, MULTIROCKET, ROCKET, HYDRA):
          --seed <seed>           The seed of a fit, 0 to 4294967295: equal seeds give
                                  equal bits on every machine. Default: 0.
          --features <features>   About how many features to fit. Default: minirocket
                                  9996, multirocket 49,728, rocket 20,000, hydra 1024
                                  for each power of two up to an eighth of the series.
          --compatibility <compatibility>
                                  Which formula differences have in multirocket: the
                                  correct one, or aeon's. (values: correct, aeon)

        SERIES:
          --missing <missing>     What stands in for missing values: an error, 0, the
                                  last value, or a line to the next one. (values:
                                  error, zero, hold, linear; default: error)
          --short <short>         Kernels that reach beyond a short series: pool over
                                  zeros around it, give NaN, or are an error. Default:
                                  pad. (values: pad, nan, error)
          --no-labels             Lines of .csv and .tsv have no label in front.
          --labels <file>         Text with one label a line, one for each series;
                                  lines of .csv and .tsv then have none.
          --window <window>       Features of windows of this length, in frames or with
                                  a unit: 500, 250ms, 1s. Default: of spectra by
                                  --like, of stack and statistics 25ms.
          --hop <hop>             How far a window moves on. Default: of spectra by
                                  --like, of stack and statistics 10ms, else its length.
          --threads <threads>     Threads to compute on; they change no bit of the
                                  output. What follows a stream takes one. (default: 1)

        RECORDINGS, PIPES AND ROWS OF NUMBERS:
          --input-format <input-format>
                                  Format of the input. auto: files by their names;
                                  pipes as WAV, FLAC and other audio, NDJSON, or else
                                  CSV. Raw samples are little-endian and interleaved. A
                                  format makes the rows of CSV frames, not series.
                                  (values: auto, f32le, f64le, s16le, s24le, s32le, u8,
                                  wav, csv, ndjson; default: auto)
          --rate <hz>             Sample rate of raw samples and rows of numbers;
                                  recordings at another rate are resampled to it.
          --channels <channels>   Channels of raw samples; other inputs must have as
                                  many.
          --mono                  Use the mean of all channels.
          --header <header>       Whether the first row of CSV is a header; auto: if it
                                  has no number. (values: auto, yes, no; default: auto)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)

        HOP BY HOP (ALL OTHERS):
          --timestamps <moment>   A first column `time`: the first frame of a row's
                                  window, its middle, or the frame behind it; in
                                  seconds, or frames of rows without a rate. (values:
                                  start, center, end, none; default: none)
          --plot <file.png>       Draw the rows as a picture, too.

        SPECTRA (STFT, MEL, LOGMEL, MFCC):
          --like <like>           Whose conventions hold where nothing else is said.
                                  Default: librosa. (values: librosa, torchaudio, htk)
          --fft <n>               Frames of the transform. Default: the window's; htk:
                                  the next power of two.
          --window-shape <window-shape>
                                  What frames are multiplied with. (values: hann,
                                  hann-symmetric, hamming, hamming-symmetric, blackman,
                                  povey, rectangular)
          --centre <true|false>   Whether a row describes the frames around its own.
          --padding <padding>     What stands beyond the ends of centred rows. (values:
                                  zeros, reflect)
          --pre-emphasis <factor> Each sample less so much of the one before.
          --exponent <1|2>        2: powers; 1: magnitudes.
          --mels <count>          Mel bands.
          --fmin <hz>             Where the first mel band begins.
          --fmax <hz>             Where the last mel band ends. Default: half of the
                                  rate.
          --mel-scale <mel-scale> The mel scale. (values: slaney, htk)
          --mel-norm <mel-norm>   How heavy mel filters are. (values: none, slaney)
          --mel-axis <mel-axis>   The axis on which mel filters are triangles. (values:
                                  hertz, mel)
          --log <log>             Logarithms: decibels, natural, or natural of the sum
                                  and a small offset. (values: db, ln, ln-offset)
          --log-floor <value>     The least that a logarithm is taken of, or the offset.
          --reference <value>     What 0 dB is. Default: 1.
          --top-db <db>           Raise what lies further below the largest of a whole
                                  file, as librosa and torchaudio do with 80; a file is
                                  read twice.
          --coefficients <count>  Cepstral coefficients, c0 included.
          --dct <dct>             How cepstral coefficients are scaled. (values: ortho,
                                  htk)
          --lifter <length>       The lifter of cepstral coefficients; 0: none.

        SCATTERING:
          --scale <j>             Wavelets as long as 2^J frames. Default: 8.
          --per-octave <q1,q2>    Wavelets an octave, and of the second order: 8 or
                                  8,1, the default.
          --averaging <n>         Rows every 2^n frames, averaged as long. Default: the
                                  scale.
          --order <order>         The highest order: 0, 1 or 2. Default: 2.
          --edges <edges>         What stands beyond the ends; reflect, of files, as
                                  kymatio. Default: zeros. (values: zeros, reflect)

        STACK, STATISTICS:
          --model <model>         stack: a model (.nam), a preset's name, or the path
                                  of its .json file.
          --layer <layer>         stack: whose output is pooled: a layer's number,
                                  counted from 1; node12; or output, the default.
          --pool <kinds>          stack: mean, max, last or ppv, or several: mean,max.
                                  Default: mean.
          --bands <hz-hz,…>       statistics: energies in these bands: 0-300,300-3400.
          --band-taps <count>     statistics: taps of the bands' filters, odd. Default:
                                  255.

        OPTIONS:
          --transform <transform> What to compute. (values: minirocket, multirocket,
                                  rocket, hydra, stft, mel, logmel, mfcc, scattering,
                                  stack, statistics)
          --params <file>         Take a fitted transform from this file instead of
                                  fitting.
          --fit <file>            Save the fitted transform to this file.
          -o, --output <output>   The file to make: .npy, .npz, .csv or .tsv; - is text
                                  on standard output.
          --format <format>       How rows are written. Default: by the name of the
                                  output; csv on standard output. (values: csv, tsv,
                                  npy, npz)
          --force                 Replace outputs that exist.
          --quiet                 Print nothing but errors.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of classify")
  func classifyHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("classify", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Train a classifier of time series, test it, and predict classes.

        Features, their scaling, and ridge regression whose regularisation is chosen by
        leaving out one series at a time. --fit trains on labelled series and saves;
        --params takes what was saved, and prints the class of each series, or, where
        series have labels, accuracy and confusion matrix. With --window the class of
        each window of a signal is printed as soon as it is complete.

        USAGE: convaudio classify [<options>] <inputs> ...

        ARGUMENTS:
          <inputs>                Files or folders of series, as of convaudio features.

        FITTING:
          --seed <seed>           The seed of a fit, 0 to 4294967295: equal seeds give
                                  equal bits on every machine. Default: 0.
          --features <features>   About how many features to fit. Default: minirocket
                                  9996, multirocket 49,728, rocket 20,000, hydra 1024
                                  for each power of two up to an eighth of the series.
          --compatibility <compatibility>
                                  Which formula differences have in multirocket: the
                                  correct one, or aeon's. (values: correct, aeon)

        SERIES:
          --missing <missing>     What stands in for missing values: an error, 0, the
                                  last value, or a line to the next one. (values:
                                  error, zero, hold, linear; default: error)
          --short <short>         Kernels that reach beyond a short series: pool over
                                  zeros around it, give NaN, or are an error. Default:
                                  pad. (values: pad, nan, error)
          --no-labels             Lines of .csv and .tsv have no label in front.
          --labels <file>         Text with one label a line, one for each series;
                                  lines of .csv and .tsv then have none.
          --window <window>       Features of windows of this length, in frames or with
                                  a unit: 500, 250ms, 1s. Default: of spectra by
                                  --like, of stack and statistics 25ms.
          --hop <hop>             How far a window moves on. Default: of spectra by
                                  --like, of stack and statistics 10ms, else its length.
          --threads <threads>     Threads to compute on; they change no bit of the
                                  output. What follows a stream takes one. (default: 1)

        RECORDINGS, PIPES AND ROWS OF NUMBERS:
          --input-format <input-format>
                                  Format of the input. auto: files by their names;
                                  pipes as WAV, FLAC and other audio, NDJSON, or else
                                  CSV. Raw samples are little-endian and interleaved. A
                                  format makes the rows of CSV frames, not series.
                                  (values: auto, f32le, f64le, s16le, s24le, s32le, u8,
                                  wav, csv, ndjson; default: auto)
          --rate <hz>             Sample rate of raw samples and rows of numbers;
                                  recordings at another rate are resampled to it.
          --channels <channels>   Channels of raw samples; other inputs must have as
                                  many.
          --mono                  Use the mean of all channels.
          --header <header>       Whether the first row of CSV is a header; auto: if it
                                  has no number. (values: auto, yes, no; default: auto)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)

        OPTIONS:
          --transform <transform> What to compute. (values: minirocket, multirocket,
                                  rocket, hydra)
          --fit <file>            Train, and save the classifier to this file.
          --params <file>         Classify by what was saved to this file.
          -o, --output <output>   Write predictions to this file, one a line; - is
                                  standard output, the default where there are no
                                  labels.
          --force                 Replace files that exist.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of verify")
  func verifyHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("verify", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Prove on this machine that a model or preset gives the right numbers,
        whatever the blocks.

        Runs it in blocks of many sizes, which must agree bit for bit, and in double
        precision by its definition, which the output must agree with. With --reference
        the output is also compared with another program's. Exits with 1 if anything
        does not hold.

        USAGE: convaudio verify <subject> [--input <file>] [--reference <file>] [--frames <frames>] [--tolerance <dB>] [--slim <share>] [--allow-outside] [--json]

        ARGUMENTS:
          <subject>               A model (.nam), a preset's name, or the path of its
                                  .json file.

        OPTIONS:
          --input <file>          Audio to run. Default: a sweep with noise.
          --reference <file>      What another program made of --input.
          --frames <frames>       Frames of the input that are run, from its beginning.
                                  Default: 16000, fewer of very large networks.
          --tolerance <dB>        The most that an error may be against the level of
                                  the truth. (default: -90.0)
          --slim <share>          Size, 0 to 1, of a model that was trained for several.
          --allow-outside         Let a preset name files outside its own folder.
          --json                  Print a JSON report.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of bench")
  func benchHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("bench", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Measure how fast a model or preset runs here, by block size.

        On one core, for one signal of as many channels as it takes. The same blocks
        run several times and the fastest run of each counts, so the worst block is the
        worst of the program and not of the machine.

        USAGE: convaudio bench <subject> [--blocks <frames> ...] [--channels <channels>] [--seconds <seconds>] [--slim <share>] [--allow-outside] [--json]

        ARGUMENTS:
          <subject>               A model (.nam), a preset's name, or the path of its
                                  .json file.

        OPTIONS:
          --blocks <frames>       Block sizes. (default: 16, 32, 64, 128, 256, 512,
                                  1024, 2048)
          --channels <channels>   Channels of the signal. Default: what it takes, else
                                  1.
          --seconds <seconds>     Seconds for each block size. (default: 0.5)
          --slim <share>          Size, 0 to 1, of a model that was trained for several.
          --allow-outside         Let a preset name files outside its own folder.
          --json                  Print a JSON report.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of info")
  func infoHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("info", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Describe a model, a preset or impulse responses: cost, latency,
        memory, speed here.

        USAGE: convaudio info <subject> [--slim <share>] [--allow-outside]

        ARGUMENTS:
          <subject>               A model (.nam), a preset's name, the path of its
                                  .json file, or an audio file of impulse responses.

        OPTIONS:
          --slim <share>          Size, 0 to 1, of a model that was trained for several.
          --allow-outside         Let a preset name files outside its own folder.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }
}
