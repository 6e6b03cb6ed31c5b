/** A style sheet as minified text. */
declare module "*.css?inline" {
  const rules: string;
  export default rules;
}
