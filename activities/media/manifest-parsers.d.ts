/** The parts of the two parsers that we read; the packages carry no types. Every field may be missing in a bad file. */
declare module 'm3u8-parser' {
  export interface HlsSegment {
    readonly uri?: string;
    readonly map?: { readonly uri?: string };
    readonly key?: { readonly method?: string; readonly uri?: string };
  }

  export interface HlsManifest {
    readonly segments: readonly HlsSegment[];
    readonly playlists?: readonly { readonly uri?: string }[];
    readonly mediaGroups?: Readonly<
      Record<string, Readonly<Record<string, Readonly<Record<string, { readonly uri?: string }>>>>>
    >;
    readonly endList?: boolean;
  }

  export class Parser {
    readonly manifest: HlsManifest;
    push(text: string): void;
    end(): void;
  }
}

declare module 'mpd-parser' {
  export interface DashPlaylist {
    readonly segments?: readonly { readonly uri?: string; readonly map?: { readonly uri?: string } }[];
    readonly contentProtection?: {
      readonly mp4protection?: { readonly attributes?: Readonly<Record<string, string>> };
    };
  }

  export interface DashManifest {
    readonly playlists: readonly DashPlaylist[];
    readonly mediaGroups: Readonly<
      Record<
        string,
        Readonly<Record<string, Readonly<Record<string, { readonly playlists?: readonly DashPlaylist[] }>>>>
      >
    >;
  }

  /** Throws a plain Error, such as DASH_INVALID_XML. */
  export function parse(text: string, options: { readonly manifestUri: string }): DashManifest;
}
