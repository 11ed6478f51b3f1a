import { Body } from "@react-email/body";
import { Button } from "@react-email/button";
import { Container } from "@react-email/container";
import { Head } from "@react-email/head";
import { Heading } from "@react-email/heading";
import { Hr } from "@react-email/hr";
import { Html } from "@react-email/html";
import { Preview } from "@react-email/preview";
import { Text } from "@react-email/text";
import { SITE } from "../site";
import type { Letter } from "./letter";

const SANS = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

/** The colours of app/globals.css in the light, as programs know them that read styles only where they stand. */
const LIGHT = { paper: "#fbfaf7", surface: "#ffffff", ink: "#181c19", muted: "#5a605b", line: "#e2e1db" };
const ACCENT = { background: "#155b45", text: "#fbfdfc" };

/** For programs that know the dark. They take a style sheet, and it must win against what stands in place. */
const DARK = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .paper, .paper > table > tbody > tr > td { background-color: #0f1412 !important; }
    .card { background-color: #161c19 !important; border-color: #2c3430 !important; }
    .ink { color: #eff2ee !important; }
    .muted { color: #a8b0aa !important; }
    .line { border-color: #2c3430 !important; }
    .button { background-color: #6fd6ad !important; color: #0a1f17 !important; }
  }`;

const paragraph = { color: LIGHT.ink, fontSize: "16px", lineHeight: "26px", margin: "0 0 14px" };

/** The one look of every mail. */
export function LetterTemplate({ subject, paragraphs, action, why }: Letter) {
  return (
    <Html lang="en">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style>{DARK}</style>
      </Head>
      <Preview>{paragraphs[0] ?? subject}</Preview>
      <Body
        className="paper"
        style={{ backgroundColor: LIGHT.paper, fontFamily: SANS, margin: 0, padding: "32px 12px" }}
      >
        <Container style={{ maxWidth: "520px" }}>
          <Text
            className="ink"
            style={{ ...paragraph, fontSize: "18px", fontWeight: 600, margin: "0 4px 18px" }}
          >
            {SITE.name}
          </Text>
        </Container>
        <Container
          className="card"
          style={{
            backgroundColor: LIGHT.surface,
            border: `1px solid ${LIGHT.line}`,
            borderRadius: "16px",
            maxWidth: "520px",
            padding: "32px 30px 14px",
          }}
        >
          <Heading
            as="h1"
            className="ink"
            style={{ color: LIGHT.ink, fontSize: "22px", lineHeight: "30px", margin: "0 0 16px" }}
          >
            {subject}
          </Heading>
          {paragraphs.map((words) => (
            <Text key={words} className="ink" style={paragraph}>
              {words}
            </Text>
          ))}
          {action ? (
            <Button
              className="button"
              href={action.href}
              style={{
                backgroundColor: ACCENT.background,
                borderRadius: "10px",
                color: ACCENT.text,
                fontSize: "16px",
                fontWeight: 600,
                margin: "8px 0 18px",
                padding: "13px 20px",
              }}
            >
              {action.label}
            </Button>
          ) : null}
          <Hr className="line" style={{ borderColor: LIGHT.line, margin: "8px 0 14px" }} />
          <Text
            className="muted"
            style={{ color: LIGHT.muted, fontSize: "14px", lineHeight: "22px", margin: "0 0 8px" }}
          >
            {why}
          </Text>
        </Container>
      </Body>
    </Html>
  );
}
